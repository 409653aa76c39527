//! Reading and writing JSON. `source` turns any deserializer into trait objects, `read` reads every type of Graph's JSON
//! from them, and `declare` has the two macros that declare these types. `strict` is for requests: it takes no value of another
//! kind, and `misfit` names the one that does not fit.

pub(crate) mod declare;
pub(crate) mod exact;
pub(crate) mod misfit;
pub(crate) mod read;
mod scalar;
pub(crate) mod source;
mod strict;
