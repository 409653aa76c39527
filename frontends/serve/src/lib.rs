//! A local Graph calling service.

pub mod key_files;
pub mod keys;
pub mod query;
pub mod recording;
pub mod tls;
