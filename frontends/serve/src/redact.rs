//! What is secret in requests, webhooks and their answers: tokens and passcodes.

use serde_json::Value;

/// What stands for a secret.
const HIDDEN: &str = "(hidden)";

/// The members of bodies that are secret, in lower case.
const MEMBERS: [&str; 7] = [
    "token",
    "passcode",
    "recordingaccesstoken",
    "access_token",
    "client_secret",
    "client_assertion",
    "blob",
];

/// A header without its secret.
pub(crate) fn redacted_header(name: &str, value: &str) -> String {
    let is_secret = ["authorization", "cookie", "set-cookie", "proxy-authorization"]
        .iter()
        .any(|secret| name.eq_ignore_ascii_case(secret));
    if is_secret {
        HIDDEN.into()
    } else if name.eq_ignore_ascii_case("location") {
        redacted_url(value)
    } else {
        value.into()
    }
}

/// A URL without the values of its query options that do not begin with `$`, and without a password.
pub(crate) fn redacted_url(url: &str) -> String {
    let Some((path, query)) = url.split_once('?') else { return without_password(url) };
    let options = query.split('&').map(|option| match option.split_once('=') {
        Some((name, _)) if !name.starts_with('$') && !name.starts_with("%24") => format!("{name}={HIDDEN}"),
        Some(_) | None => option.to_owned(),
    });
    format!("{}?{}", without_password(path), options.collect::<Vec<_>>().join("&"))
}

fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.into() };
    let end = rest.find('/').unwrap_or(rest.len());
    match rest.get(..end).and_then(|authority| authority.rfind('@')) {
        Some(at) => format!("{scheme}://{HIDDEN}{}", rest.get(at..).unwrap_or_default()),
        None => url.into(),
    }
}

/// A body: JSON as it is, or a text. Secret members are hidden.
pub(crate) fn redacted_body(body: &[u8], shows_secrets: bool) -> Value {
    if body.is_empty() {
        return Value::Null;
    }
    let Ok(mut value) = serde_json::from_slice::<Value>(body) else {
        // What is no JSON can have its secrets anywhere.
        let text = String::from_utf8_lossy(body);
        return if shows_secrets {
            text.into()
        } else {
            format!("({} bytes that are no JSON)", body.len()).into()
        };
    };
    if !shows_secrets {
        hide(&mut value);
    }
    value
}

fn hide(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let is_secret = MEMBERS.contains(&name.to_ascii_lowercase().as_str());
                if is_secret && member.is_string() {
                    *member = HIDDEN.into();
                } else if let (Value::String(url), true) =
                    (&*member, name.eq_ignore_ascii_case("callbackUri"))
                {
                    *member = redacted_url(url).into();
                } else {
                    hide(member);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(hide),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_is_shown_unless_asked_for() {
        let body = br#"{"meetingInfo":{"token":"s3cret","passcode":"s3cret"},"value":[{"recordingAccessToken":"s3cret"}]}"#;
        assert!(!redacted_body(body, false).to_string().contains("s3cret"));
        assert!(redacted_body(body, true).to_string().contains("s3cret"));
        assert!(!redacted_body(b"client_secret=s3cret", false).to_string().contains("s3cret"));
        assert_eq!(
            redacted_url("http://me:s3cret@bot/x?key=s3cret&$top=5"),
            "http://(hidden)@bot/x?key=(hidden)&$top=5"
        );
        assert_eq!(redacted_header("authorization", "Bearer s3cret"), HIDDEN);
        assert_eq!(redacted_header("Location", "http://me:s3cret@bot/x"), "http://(hidden)@bot/x");
        let body = br#"{"value":[{"resourceData":{"callbackUri":"https://me:s3cret@bot/x?key=s3cret"}}]}"#;
        assert!(!redacted_body(body, false).to_string().contains("s3cret"));
    }
}
