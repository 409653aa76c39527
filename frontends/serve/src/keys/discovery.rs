//! The documents by which clients find keys and addresses.

use serde_json::{Value, json};

use super::tenant::tenant_id;
use super::webhook::ISSUER;

/// The document `/v1/.well-known/OpenIdConfiguration` of the Bot Framework, by which a bot finds the keys of webhooks. The
/// keys are at `/v1/.well-known/keys` under the base URL. Source: [authentication of the Bot
/// Connector](https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication).
pub(crate) fn openid_configuration(base_url: &str) -> Value {
    let base = base_url.trim_end_matches('/');
    json!({
        "issuer": ISSUER,
        "authorization_endpoint": "https://invalid.botframework.com",
        "jwks_uri": format!("{base}/v1/.well-known/keys"),
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
    })
}

/// The document `/{tenant}/v2.0/.well-known/openid-configuration`, by which MSAL and azure-identity find the token
/// endpoint. The keys are at `/{tenant}/discovery/v2.0/keys`. Source: [OpenID Connect on the Microsoft identity
/// platform](https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc).
pub(crate) fn tenant_configuration(base_url: &str, tenant: &str) -> Value {
    let base = base_url.trim_end_matches('/');
    let id = tenant_id(tenant);
    json!({
        "issuer": format!("{base}/{id}/v2.0"),
        "authorization_endpoint": format!("{base}/{tenant}/oauth2/v2.0/authorize"),
        "token_endpoint": format!("{base}/{tenant}/oauth2/v2.0/token"),
        "jwks_uri": format!("{base}/{tenant}/discovery/v2.0/keys"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "nbf", "tid", "ver"],
        "tenant_region_scope": null,
    })
}

/// The document `/common/discovery/instance`, which clients read before they trust an authority that they do not know.
/// `authorization_endpoint` is the parameter of that name in the request, decoded: its first part of a path is the tenant.
pub(crate) fn instance_discovery(base_url: &str, authorization_endpoint: &str) -> Value {
    let base = base_url.trim_end_matches('/');
    let host = base.split_once("://").map_or(base, |(_, host)| host);
    let path = authorization_endpoint.split_once("://").and_then(|(_, rest)| rest.split_once('/'));
    let tenant =
        path.and_then(|(_, path)| path.split(['/', '?', '#']).next()).filter(|name| !name.is_empty());
    let tenant = tenant.unwrap_or("common");
    json!({
        "tenant_discovery_endpoint": format!("{base}/{tenant}/v2.0/.well-known/openid-configuration"),
        "api-version": "1.1",
        "metadata": [{"preferred_network": host, "preferred_cache": host, "aliases": [host]}],
    })
}
