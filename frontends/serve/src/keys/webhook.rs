//! The tokens of webhooks.

use jiff::Timestamp;
use serde::Serialize;

use super::service_key::Keys;
use crate::key_files::KeyError;

/// Who signs webhooks. Source: the validation code of the [samples for calling
/// bots](https://github.com/microsoftgraph/microsoft-graph-comms-samples).
pub(super) const ISSUER: &str = "https://api.botframework.com";

/// How long a token holds, in seconds.
const LIFETIME: i64 = 3600;

/// The claims of a token. A bot that follows the samples refuses a token without `tid`.
#[derive(Serialize)]
struct Claims<'a> {
    aud: &'a str,
    iss: &'static str,
    iat: i64,
    nbf: i64,
    exp: i64,
    tid: &'a str,
}

impl Keys {
    /// The token of a webhook to this app. It belongs in the header `Authorization`, after `Bearer`. It holds for an hour.
    /// Signing takes some milliseconds, so a server can send one token with all webhooks of some minutes.
    ///
    /// `now` is a real time, also where the service has a manual clock: the bot compares the token with its own clock.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if the key cannot be made, read or stored.
    pub(crate) fn webhook_token(&self, app: &str, tenant: &str, now: Timestamp) -> Result<String, KeyError> {
        let at = now.as_second();
        let claims = Claims { aud: app, iss: ISSUER, iat: at, nbf: at, exp: at + LIFETIME, tid: tenant };
        self.signing_key()?.sign(&claims)
    }
}
