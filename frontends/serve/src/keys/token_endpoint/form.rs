//! The form of a request for a token.

use std::collections::BTreeMap;

use super::error::EndpointError;

/// The members of a form, each once.
pub(super) struct Form(BTreeMap<String, String>);

impl Form {
    pub(super) fn read(content_type: Option<&str>, body: &[u8]) -> Result<Self, EndpointError> {
        let media_type = content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim();
        if !media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(EndpointError::CONTENT_TYPE);
        }
        let mut members = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(body) {
            if members.insert(name.into_owned(), value.into_owned()).is_some() {
                return Err(EndpointError::REPEATED);
            }
        }
        Ok(Self(members))
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}
