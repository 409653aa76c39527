//! Access tokens: made by the token endpoint, and checked at each request.

use callfold::graph::ODataError;
use jiff::Timestamp;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, Validation};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::service_key::Keys;
use crate::key_files::KeyError;

/// The message about a token of another kind.
const NO_ACCESS_TOKEN: &str = "Access token validation failure. This is not an access token: ask the token endpoint of this service for one.";

/// For whom the tokens are.
const AUDIENCE: &str = "https://graph.microsoft.com";

/// How long a token holds, in seconds. Tokens of Microsoft hold for 60 to 90 minutes.
pub(super) const LIFETIME: i64 = 3599;

/// By how many seconds the clocks of the service and of a client may differ.
const LEEWAY: i64 = 60;

/// The claims of an access token. Source: [access token
/// claims](https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference).
#[derive(Serialize, Deserialize)]
struct Payload {
    aud: String,
    iss: String,
    iat: i64,
    nbf: i64,
    exp: i64,
    appid: String,
    appidacr: String,
    idtyp: String,
    roles: Vec<String>,
    tid: String,
    ver: String,
}

/// Who sent a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Claims {
    /// The id of the app.
    pub(crate) app: String,
    /// The names of the application permissions that the app was granted.
    pub(crate) roles: Vec<String>,
}

/// The reason why a token is not accepted.
#[derive(Debug)]
pub(crate) enum TokenError {
    /// The request is refused with status 401 and this error. It does not show the token.
    Refused(ODataError),
    /// The key of the service cannot be made, read or stored.
    Key(KeyError),
}

impl TokenError {
    fn refused(message: &str) -> Self {
        Self::Refused(ODataError::new("InvalidAuthenticationToken", message))
    }
}

impl From<KeyError> for TokenError {
    fn from(error: KeyError) -> Self {
        Self::Key(error)
    }
}

impl Keys {
    /// An access token of an app, with the permissions that it was granted. `now` is a real time, also where the service
    /// has a manual clock, because clients ask for a new token when theirs ends by their own clock.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if the key cannot be made, read or stored.
    pub(crate) fn access_token(
        &self,
        app: &str,
        tenant: &str,
        roles: &[String],
        now: Timestamp,
    ) -> Result<String, KeyError> {
        let at = now.as_second();
        self.signing_key()?.sign(&Payload {
            aud: AUDIENCE.to_owned(),
            iss: issuer(tenant),
            iat: at,
            nbf: at,
            exp: at + LIFETIME,
            appid: app.to_owned(),
            appidacr: "1".to_owned(),
            idtyp: "app".to_owned(),
            roles: roles.to_vec(),
            tid: tenant.to_owned(),
            ver: "1.0".to_owned(),
        })
    }

    /// Checks the access token of a request: what follows `Bearer` in the header `Authorization`. `now` is a real time, as
    /// for [`access_token`](Self::access_token).
    ///
    /// # Errors
    ///
    /// [`TokenError::Refused`] if the key of the service has not signed the token, if it is no access token, or if it
    /// does not hold at this time; [`TokenError::Key`] if the key cannot be made, read or stored.
    pub(crate) fn verify(&self, bearer: &str, now: Timestamp) -> Result<Claims, TokenError> {
        if bearer.is_empty() {
            return Err(TokenError::refused("Access token is empty."));
        }
        let key = self.signing_key()?;
        let decoded = jsonwebtoken::decode::<Value>(bearer, key.public(), &validation());
        let claims = decoded.map_err(|error| TokenError::refused(explain(error.kind())))?.claims;
        let payload: Payload =
            serde_json::from_value(claims).map_err(|_| TokenError::refused(NO_ACCESS_TOKEN))?;
        if payload.iss != issuer(&payload.tid) {
            return Err(TokenError::refused("Access token validation failure. Invalid issuer."));
        }
        payload.check_time(now.as_second())?;
        Ok(Claims { app: payload.appid, roles: payload.roles })
    }
}

impl Payload {
    fn check_time(&self, now: i64) -> Result<(), TokenError> {
        if now >= self.exp.saturating_add(LEEWAY) {
            return Err(TokenError::refused("Lifetime validation failed, the token is expired."));
        }
        if now < self.nbf.saturating_sub(LEEWAY) {
            return Err(TokenError::refused("Lifetime validation failed, the token is not yet valid."));
        }
        Ok(())
    }
}

fn issuer(tenant: &str) -> String {
    format!("https://sts.windows.net/{tenant}/")
}

/// What the library checks. It would read the clock of the machine itself; here the caller gives the time.
fn validation() -> Validation {
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_audience(&[AUDIENCE]);
    validation.set_required_spec_claims(&["exp", "aud", "iss"]);
    validation.validate_exp = false;
    validation
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the library has thirty kinds, and can get more")]
fn explain(kind: &ErrorKind) -> &'static str {
    match kind {
        ErrorKind::InvalidSignature => "Access token validation failure. Invalid signature.",
        ErrorKind::InvalidAudience => "Access token validation failure. Invalid audience.",
        ErrorKind::InvalidAlgorithm | ErrorKind::InvalidAlgorithmName => {
            "Access token validation failure. The algorithm must be RS256."
        }
        ErrorKind::MissingRequiredClaim(_) => NO_ACCESS_TOKEN,
        _ => "CompactToken parsing failed: it is not a JSON Web Token.",
    }
}
