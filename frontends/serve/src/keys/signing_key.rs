//! An RSA key that signs tokens.

use std::path::Path;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use jsonwebtoken::jwk::{Jwk, JwkSet, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header};
use pem::{EncodeConfig, LineEnding, Pem};
use serde::Serialize;
use serde_json::{Value, json};

use crate::key_files::KeyError;

/// A key pair, and its name.
pub(super) struct SigningKey {
    private: EncodingKey,
    public: DecodingKey,
    jwk: Jwk,
    id: String,
}

impl SigningKey {
    /// Makes a key of 2048 bits, as PKCS#8 in PEM. This takes long.
    pub(super) fn generate() -> Result<String, KeyError> {
        let failed = |_| KeyError::new("cannot make an RSA key; start the service again");
        let pair = KeyPair::generate(KeySize::Rsa2048).map_err(failed)?;
        let der: Pkcs8V1Der<'_> = pair.as_der().map_err(failed)?;
        let pem = Pem::new("PRIVATE KEY", der.as_ref());
        Ok(pem::encode_config(&pem, EncodeConfig::new().set_line_ending(LineEnding::LF)))
    }

    /// Reads a key.
    pub(super) fn read(pem: &str) -> Result<Self, KeyError> {
        let failed = |error| KeyError::new("cannot use an RSA key; start the service again").because(error);
        Self::try_read(pem).map_err(failed)
    }

    /// Reads the key of a file.
    pub(super) fn read_file(pem: &str, path: &Path) -> Result<Self, KeyError> {
        let message = format!(
            "{} is not an RSA key as PKCS#8 in PEM; delete it to get a new one, or put a key there that `openssl genpkey \
             -algorithm RSA` made",
            path.display()
        );
        Self::try_read(pem).map_err(|error| KeyError::new(message).because(error))
    }

    fn try_read(pem: &str) -> jsonwebtoken::errors::Result<Self> {
        let private = EncodingKey::from_rsa_pem(pem.as_bytes())?;
        let mut jwk = Jwk::from_encoding_key(&private, Algorithm::RS256)?;
        let public = DecodingKey::from_jwk(&jwk)?;
        let id = jwk.thumbprint(ThumbprintHash::SHA256)?;
        jwk.common.key_id = Some(id.clone());
        jwk.common.public_key_use = Some(PublicKeyUse::Signature);
        Ok(Self { private, public, jwk, id })
    }

    /// The public key as the Bot Framework publishes its keys.
    pub(super) fn jwks(&self) -> Value {
        let mut set = json!(JwkSet { keys: vec![self.jwk.clone()] });
        if let Some(key) = set.pointer_mut("/keys/0") {
            key["endorsements"] = json!(["msteams"]);
        }
        set
    }

    /// Signs a token.
    pub(super) fn sign(&self, claims: &impl Serialize) -> Result<String, KeyError> {
        let header = Header { kid: Some(self.id.clone()), ..Header::new(Algorithm::RS256) };
        let failed = |error| KeyError::new("cannot sign a token; start the service again").because(error);
        jsonwebtoken::encode(&header, claims, &self.private).map_err(failed)
    }

    /// The public key.
    pub(super) const fn public(&self) -> &DecodingKey {
        &self.public
    }
}
