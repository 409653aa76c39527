//! The app that asks for a token.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use callfold::uuid::Uuid;

use super::error::EndpointError;
use super::form::Form;

/// An app that has shown a secret. Which secret does not matter.
pub(super) struct Credentials(String);

impl Credentials {
    /// Reads the app and its secret from the form, or from HTTP Basic.
    pub(super) fn read(form: &Form, authorization: Option<&str>) -> Result<Self, EndpointError> {
        let basic = authorization.map(basic).transpose()?;
        let has_secret = |name| form.get(name).is_some_and(|secret| !secret.is_empty());
        let in_form = form.get("client_id").filter(|id| !id.is_empty());
        match (in_form, basic) {
            (Some(one), Some(other)) if one != other => Err(EndpointError::TWO_APPS),
            (_, Some(id)) => Ok(Self(id)),
            (None, None) => Err(EndpointError::missing("client_id")),
            (Some(id), None) if has_secret("client_secret") || has_secret("client_assertion") => {
                Ok(Self(id.to_owned()))
            }
            (Some(_), None) => Err(EndpointError::SECRET),
        }
    }

    /// The id of the app, in lower case.
    pub(super) fn app(self) -> Result<String, EndpointError> {
        Uuid::try_parse(&self.0).map(|id| id.to_string()).map_err(|_| EndpointError::APP_ID)
    }
}

/// The app of HTTP Basic. Both its parts are encoded as in a form, before Base64
/// ([RFC 6749](https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1)).
fn basic(header: &str) -> Result<String, EndpointError> {
    let (scheme, encoded) = header.trim().split_once(' ').ok_or(EndpointError::BASIC)?;
    if !scheme.eq_ignore_ascii_case("Basic") {
        return Err(EndpointError::BASIC);
    }
    let decoded = BASE64_STANDARD.decode(encoded.trim()).map_err(|_| EndpointError::BASIC)?;
    let colon = decoded.iter().position(|byte| *byte == b':').ok_or(EndpointError::BASIC)?;
    let (id, secret) = decoded.split_at(colon);
    if secret.len() == 1 {
        return Err(EndpointError::SECRET);
    }
    let decoded = form_urlencoded::parse(id).next();
    decoded.map(|(id, _)| id.into_owned()).ok_or(EndpointError::BASIC)
}
