//! Reading and writing JSON. `source` turns any deserializer into trait objects, `read` reads every type of Graph's JSON
//! from them, and `declare` has the two macros that declare these types.

pub(crate) mod declare;
pub(crate) mod read;
mod scalar;
pub(crate) mod source;
