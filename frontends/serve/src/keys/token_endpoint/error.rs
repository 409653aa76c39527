//! The errors of the token endpoint, with Microsoft's numbers. Source: [error codes of Microsoft
//! Entra](https://learn.microsoft.com/entra/identity-platform/reference-error-codes).

use std::borrow::Cow;

use jiff::Timestamp;
use serde_json::{Value, json};

/// Why a request gets no token. It shows nothing of the request.
#[derive(Debug)]
pub(super) struct EndpointError {
    error: &'static str,
    number: u32,
    message: Cow<'static, str>,
}

impl EndpointError {
    pub(super) const CONTENT_TYPE: Self =
        Self::new("invalid_request", 900_144, "The body must be a form: application/x-www-form-urlencoded.");
    pub(super) const REPEATED: Self =
        Self::new("invalid_request", 9_002_313, "Invalid request. A parameter is repeated.");
    pub(super) const GRANT_TYPE: Self = Self::new(
        "unsupported_grant_type",
        70_003,
        "The app requested an unsupported grant type. This service has 'client_credentials'.",
    );
    pub(super) const SECRET: Self = Self::new(
        "invalid_request",
        7_000_216,
        "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.",
    );
    pub(super) const BASIC: Self = Self::new(
        "invalid_client",
        9_002_313,
        "Invalid request. The header 'Authorization' must be HTTP Basic with the client id and a secret.",
    );
    pub(super) const TWO_APPS: Self = Self::new(
        "invalid_request",
        9_002_313,
        "Invalid request. The form and the header 'Authorization' name different apps.",
    );
    pub(super) const APP_ID: Self = Self::new(
        "unauthorized_client",
        700_016,
        "The application was not found in the directory. This service has every app whose 'client_id' is a GUID.",
    );
    pub(super) const SCOPE: Self = Self::new(
        "invalid_scope",
        1_002_012,
        "The provided value for scope is not valid. Client credential flows must have a scope value with /.default \
         suffixed to the resource identifier (application ID URI).",
    );

    const fn new(error: &'static str, number: u32, message: &'static str) -> Self {
        Self { error, number, message: Cow::Borrowed(message) }
    }

    /// A parameter is missing.
    pub(super) fn missing(parameter: &str) -> Self {
        let message = format!("The request body must contain the following parameter: '{parameter}'.");
        Self { message: Cow::Owned(message), ..Self::new("invalid_request", 900_144, "") }
    }

    pub(super) fn to_json(&self, now: Timestamp) -> Value {
        let Self { error, number, message } = self;
        json!({
            "error": error,
            "error_description": format!("AADSTS{number}: {message}"),
            "error_codes": [number],
            "timestamp": now.strftime("%Y-%m-%d %H:%M:%SZ").to_string(),
        })
    }
}
