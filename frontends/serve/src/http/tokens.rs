//! Tokens: who sends a request, and the documents by which clients find the keys.

use std::sync::Arc;

use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Response};
use callfold::Id;
use callfold::graph::{ODataError, Permission};
use serde_json::Value;

use super::app::App;
use super::bearer::bearer;
use super::listed::Answer;
use super::{body, respond};
use crate::clock::real_now;
use crate::host::Host;
use crate::key_files::KeyError;
use crate::keys::access::TokenError;
use crate::keys::discovery::{instance_discovery, openid_configuration, tenant_configuration};
use crate::keys::token_endpoint::TokenRequest;
use crate::settings::Auth;

/// The app that sends a request.
pub(super) async fn app(host: &Host, headers: &HeaderMap) -> Result<App, ODataError> {
    if host.settings.auth == Auth::Off {
        return Ok(App { id: None, permissions: Permission::ALL.into() });
    }
    let refused = |message: &str| ODataError::new("InvalidAuthenticationToken", message);
    if !headers.contains_key("authorization") {
        return Err(refused("Access token is empty."));
    }
    let token = bearer(headers)
        .ok_or_else(|| refused("the header `Authorization` must be `Bearer` and a token of this service"))?;
    let keys = host.signing.keys().await.map_err(|failed| refused(&failed.to_string()))?;
    let claims = keys.verify(token, real_now()).map_err(|error| match error {
        TokenError::Refused(error) => error,
        TokenError::Key(failed) => refused(&failed.to_string()),
    })?;
    let permissions: Vec<_> = claims.roles.iter().filter_map(|role| Permission::named(role)).collect();
    Ok(App { id: Some(Id::from(claims.app.as_str())), permissions: permissions.into() })
}

/// Serves the token endpoint and the documents about the keys; `None` if the path is none of these.
pub(super) async fn serve(host: &Arc<Host>, parts: &Parts, request: Body) -> Result<Answer, Body> {
    let path = parts.uri.path().trim_matches('/');
    let verb = parts.method.as_str();
    let base = host.base_url.as_str();
    let segments: Vec<&str> = path.split('/').collect();
    let document = match (verb, &segments[..]) {
        ("GET", ["v1", ".well-known", name]) if is_configuration(name) => Ok(openid_configuration(base)),
        ("GET", [".well-known", name]) if is_configuration(name) => Ok(openid_configuration(base)),
        ("GET", ["v1" | "common", ".well-known" | "discovery", "keys"]) => jwks(host).await,
        ("GET", [tenant, "v2.0", ".well-known", name] | [tenant, ".well-known", name])
            if is_configuration(name) =>
        {
            Ok(tenant_configuration(base, tenant))
        }
        ("GET", [_, "discovery", "v2.0", "keys"]) => jwks(host).await,
        ("GET", ["common", "discovery", "instance"]) => {
            let query = parts.uri.query().unwrap_or_default();
            let endpoint = form_urlencoded::parse(query.as_bytes());
            let endpoint = endpoint.into_iter().find(|(name, _)| name == "authorization_endpoint");
            Ok(instance_discovery(base, endpoint.as_ref().map_or("", |(_, value)| value)))
        }
        ("POST", [tenant, "oauth2", "v2.0", "token"]) => {
            let tenant = (*tenant).to_owned();
            return Ok(token(host, parts, &tenant, request).await);
        }
        _ => return Err(request),
    };
    Ok(Answer::new("discovery", response(document.map(|document| (200, document)))))
}

async fn token(host: &Arc<Host>, parts: &Parts, tenant: &str, request: Body) -> Answer {
    let body = match body::read(host, &parts.headers, request).await {
        Ok(body) => body,
        Err(response) => return Answer::new("token", response),
    };
    let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let request = TokenRequest {
        tenant,
        content_type: header("content-type"),
        authorization: header("authorization"),
        body: &body,
    };
    let mut response = response(token_for(host, request).await);
    respond::set(&mut response, "cache-control", "no-store");
    Answer { body, ..Answer::new("token", response) }
}

async fn jwks(host: &Host) -> Result<Value, KeyError> {
    host.signing.keys().await?.jwks()
}

async fn token_for(host: &Host, request: TokenRequest<'_>) -> Result<(u16, Value), KeyError> {
    host.signing.keys().await?.token_request(request, real_now())
}

fn response(document: Result<(u16, Value), KeyError>) -> Response<Body> {
    match document {
        Ok((status, document)) => respond::json(status, &document),
        Err(failed) => respond::error(500, "InternalServerError", failed.to_string()),
    }
}

fn is_configuration(name: &str) -> bool {
    name.eq_ignore_ascii_case("openid-configuration") || name.eq_ignore_ascii_case("openidconfiguration")
}
