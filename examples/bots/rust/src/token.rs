//! The tokens of webhooks.

use std::error::Error;

use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;

/// Where Microsoft says which keys sign webhooks.
pub(crate) const DISCOVERY_URL: &str = "https://api.aps.skype.com/v1/.well-known/OpenIdConfiguration";

const ISSUERS: [&str; 2] = ["https://graph.microsoft.com", "https://api.botframework.com"];

/// What is checked in the tokens of webhooks.
pub(crate) struct Tokens {
    keys: JwkSet,
    validation: Validation,
}

#[derive(Deserialize)]
struct Discovery {
    jwks_uri: String,
}

/// The claims that the bot needs. A token without them is refused.
#[derive(Clone, Deserialize)]
struct Claims {
    tid: String,
}

impl Tokens {
    /// Fetches the keys. The discovery document says where they are.
    pub(crate) async fn discover(url: &str, app: String) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let text = reqwest::get(url).await?.error_for_status()?.bytes().await?;
        let discovery: Discovery = serde_json::from_slice(&text)?;
        let keys = reqwest::get(&discovery.jwks_uri).await?.error_for_status()?.bytes().await?;
        let mut validation = Validation::new(Algorithm::RS256);
        validation.set_audience(&[app]);
        validation.set_issuer(&ISSUERS);
        validation.set_required_spec_claims(&["exp", "iss", "aud"]);
        Ok(Self { keys: serde_json::from_slice(&keys)?, validation })
    }

    /// Refuses a webhook whose token is not meant for this bot.
    pub(crate) fn check(&self, header: &str) -> Result<(), String> {
        let token = header.strip_prefix("Bearer ").ok_or("it has no bearer token")?;
        let named = decode_header(token).map_err(|error| error.to_string())?.kid.unwrap_or_default();
        let key = self.keys.find(&named).ok_or("nobody knows the key of its token")?;
        let key = DecodingKey::from_jwk(key).map_err(|error| error.to_string())?;
        let claims =
            decode::<Claims>(token, &key, &self.validation).map_err(|error| error.to_string())?.claims;
        if claims.tid.is_empty() { Err("its token names no tenant".into()) } else { Ok(()) }
    }
}
