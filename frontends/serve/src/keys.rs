//! The key of the service, and what it signs: tokens of webhooks and access tokens.
//!
//! The key is an RSA key of 2048 bits, and the signatures are RS256, as those of Microsoft are. It is made when something
//! is signed or checked for the first time, because this takes long. With a folder it is stored in the file
//! `signing-key.pem` of the folder, as PKCS#8 in PEM, with mode 0600.

pub(crate) mod access;
pub(crate) mod discovery;
pub(crate) mod service_key;
mod signing_key;
pub(crate) mod tenant;
pub(crate) mod token_endpoint;
mod webhook;

#[cfg(test)]
mod tests;
