//! A local Graph calling service.
