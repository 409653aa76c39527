//! Reading and writing JSON: one visitor for every type in Graph's JSON, and the two macros that declare
//! these types.

pub(crate) mod declare;
pub(crate) mod read;
mod scalar;
pub(crate) mod source;
