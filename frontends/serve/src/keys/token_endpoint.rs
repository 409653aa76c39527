//! The token endpoint: client credentials for an access token. Source: [client credentials
//! flow](https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow).

mod credentials;
mod error;
mod form;

use callfold::graph::Permission;
use jiff::Timestamp;
use serde_json::{Value, json};

use self::credentials::Credentials;
use self::error::EndpointError;
use self::form::Form;
use super::access::LIFETIME;
use super::service_key::Keys;
use super::tenant::tenant_id;
use crate::key_files::KeyError;

/// A request `POST /{tenant}/oauth2/v2.0/token`.
#[derive(Clone, Copy)]
pub(crate) struct TokenRequest<'a> {
    /// The tenant in the path: a GUID, a domain or a name such as `common`.
    pub(crate) tenant: &'a str,
    /// The header `Content-Type`.
    pub(crate) content_type: Option<&'a str>,
    /// The header `Authorization`: HTTP Basic with the app and its secret, in place of members of the form.
    pub(crate) authorization: Option<&'a str>,
    /// The form.
    pub(crate) body: &'a [u8],
}

/// Shows neither the header `Authorization` nor the form, because both can have secrets.
impl std::fmt::Debug for TokenRequest<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut fields = f.debug_struct("TokenRequest");
        fields.field("tenant", &self.tenant).field("content_type", &self.content_type).finish_non_exhaustive()
    }
}

impl Keys {
    /// Answers a request for a token: the status, and the body as JSON. Every secret is accepted. The form can have
    /// `roles`: the names of the permissions that the app was granted, between blanks or commas. Without `roles` it was
    /// granted all permissions on calls. Whatever API the scope names, the token is for Graph, because clients make the
    /// scope from the address that they call. The server sets `Cache-Control: no-store`.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if the key cannot be made, read or stored.
    pub(crate) fn token_request(
        &self,
        request: TokenRequest<'_>,
        now: Timestamp,
    ) -> Result<(u16, Value), KeyError> {
        match Granted::by(request) {
            Ok(Granted { app, roles }) => {
                let token = self.access_token(&app, &tenant_id(request.tenant), &roles, now)?;
                Ok((200, answer(&token)))
            }
            Err(error) => Ok((400, error.to_json(now))),
        }
    }
}

fn answer(token: &str) -> Value {
    json!({
        "token_type": "Bearer",
        "expires_in": LIFETIME,
        "ext_expires_in": LIFETIME,
        "access_token": token,
    })
}

/// What a request asks for.
struct Granted {
    app: String,
    roles: Vec<String>,
}

impl Granted {
    fn by(request: TokenRequest<'_>) -> Result<Self, EndpointError> {
        let form = Form::read(request.content_type, request.body)?;
        match form.get("grant_type") {
            Some("client_credentials") => {}
            Some(_) => return Err(EndpointError::GRANT_TYPE),
            None => return Err(EndpointError::missing("grant_type")),
        }
        let app = Credentials::read(&form, request.authorization)?.app()?;
        check_scope(form.get("scope"))?;
        Ok(Self { app, roles: roles(form.get("roles")) })
    }
}

fn check_scope(scope: Option<&str>) -> Result<(), EndpointError> {
    match scope {
        Some(scope) if !scope.split_whitespace().all(|one| one.ends_with("/.default")) => {
            Err(EndpointError::SCOPE)
        }
        _ => Ok(()),
    }
}

/// The listed names; those of permissions on calls in Graph's letter case.
fn roles(listed: Option<&str>) -> Vec<String> {
    let Some(listed) = listed else { return Permission::ALL.iter().map(ToString::to_string).collect() };
    let names = listed.split([' ', ',']).filter(|name| !name.is_empty());
    let known =
        |name: &str| Permission::named(name).map_or_else(|| name.to_owned(), |known| known.to_string());
    names.map(known).collect()
}

#[cfg(test)]
mod tests;
