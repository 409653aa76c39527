//! What is secret in requests, webhooks and their answers: tokens and passcodes.

use serde_json::Value;

/// What stands for a secret.
const HIDDEN: &str = "(hidden)";

/// The members of bodies that are secret, in lower case.
const MEMBERS: [&str; 10] = [
    "token",
    "passcode",
    "password",
    "recordingaccesstoken",
    "access_token",
    "id_token",
    "refresh_token",
    "client_secret",
    "client_assertion",
    "blob",
];

/// What the name of a header contains whose value is secret, such as `X-Api-Key`.
const HEADERS: [&str; 8] =
    ["authorization", "cookie", "credential", "key", "passcode", "password", "secret", "token"];

/// A header without its secret.
pub(crate) fn redacted_header(name: &str, value: &str) -> String {
    let name = name.to_ascii_lowercase();
    if HEADERS.iter().any(|secret| name.contains(secret)) {
        HIDDEN.into()
    } else if name == "location" {
        redacted_url(value)
    } else {
        redacted_text(value)
    }
}

/// A URL without a password, a token in its fragment, and the values of its query options that do not begin with `$`.
pub(crate) fn redacted_url(url: &str) -> String {
    // A token has a name, as in `#access_token=…`. Graph has other fragments, as in `$metadata#communications/calls`.
    let secret = url.split_once('#').filter(|(_, fragment)| fragment.contains('='));
    let (url, fragment) = secret.map_or((url, ""), |(url, _)| (url, "#(hidden)"));
    let Some((path, query)) = url.split_once('?') else { return without_password(url) + fragment };
    let options: Vec<_> = query.split(['&', ';']).map(redacted_option).collect();
    format!("{}?{}{fragment}", without_password(path), options.join("&"))
}

fn redacted_option(option: &str) -> String {
    match option.split_once('=') {
        _ if option.is_empty() || option.starts_with('$') || option.starts_with("%24") => option.into(),
        Some((name, _)) => format!("{name}={HIDDEN}"),
        None => HIDDEN.into(),
    }
}

/// A text whose URLs are without their secrets.
fn redacted_text(text: &str) -> String {
    if !text.contains("://") {
        return text.into();
    }
    let words = text.split_inclusive(char::is_whitespace).map(|word| {
        let (word, space) = word.split_at(word.trim_end().len());
        if word.contains("://") { redacted_url(word) + space } else { format!("{word}{space}") }
    });
    words.collect()
}

/// A URL without a user name and a password, also where slashes are missing.
fn without_password(url: &str) -> String {
    let without_slashes = || url.split_once(':').filter(|(scheme, _)| scheme.starts_with("http"));
    let scheme = url.split_once("://").or_else(without_slashes);
    let rest = scheme.map_or(url, |(_, rest)| rest).trim_start_matches('/');
    let before = url.strip_suffix(rest).unwrap_or_default();
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    match authority.rfind('@') {
        Some(at) => format!("{before}{HIDDEN}{}{path}", authority.get(at..).unwrap_or_default()),
        None => url.into(),
    }
}

/// A body: JSON as it is, or a text. Secret members are hidden.
pub(crate) fn redacted_body(body: &[u8], shows_secrets: bool) -> Value {
    if body.is_empty() {
        return Value::Null;
    }
    let Ok(mut value) = serde_json::from_slice::<Value>(body) else {
        // A text that is not JSON can have its secrets anywhere.
        let text = String::from_utf8_lossy(body);
        return if shows_secrets {
            text.into()
        } else {
            format!("({} bytes that are not JSON)", body.len()).into()
        };
    };
    if !shows_secrets {
        hide(&mut value);
    }
    value
}

/// Hides the secret members of a value, and the secrets in its URLs.
pub(crate) fn hide(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let is_secret = MEMBERS.contains(&name.to_ascii_lowercase().as_str());
                if is_secret && !member.is_null() {
                    *member = HIDDEN.into();
                } else if let Value::String(url) = member
                    && name.eq_ignore_ascii_case("callbackUri")
                {
                    // A bot can send what is almost a URL.
                    *url = redacted_url(url);
                } else {
                    hide(member);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(hide),
        Value::String(text) => *text = redacted_text(text),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
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
        for name in ["authorization", "Set-Cookie", "X-Api-Key", "Ocp-Apim-Subscription-Key", "X-Auth-Token"]
        {
            assert_eq!(redacted_header(name, "Bearer s3cret"), HIDDEN);
        }
        assert_eq!(redacted_header("User-Agent", "bot"), "bot");
        assert_eq!(redacted_header("Location", "http://me:s3cret@bot/x"), "http://(hidden)@bot/x");
        let body = br#"{"value":[{"resourceData":{"callbackUri":"https://me:s3cret@bot/x?key=s3cret"}}]}"#;
        assert!(!redacted_body(body, false).to_string().contains("s3cret"));
    }

    #[test]
    fn every_value_of_a_secret_member_and_every_url_is_hidden() {
        for body in [
            r#"{"token":{"value":"s3cret"}}"#,
            r#"{"passcode":["s3cret"]}"#,
            r#"{"passcode":6421}"#,
            r#"{"prompts":[{"mediaInfo":{"uri":"https://a.blob.core.windows.net/x.wav?sig=s3cret"}}]}"#,
            r#"{"message":"Why? See https://me:s3cret@bot/x and http://bot/y?a=s3cret\nfor more"}"#,
            r#"["https://me:s3cret@bot/x"]"#,
            r#"{"message":"url:https://me:s3cret@bot/x"}"#,
            r#"{"callbackUri":"bot/x?key=s3cret"}"#,
            r#"{"callbackUri":"me:s3cret@bot/x"}"#,
            r#"{"callbackUri":"http:/me:s3cret@bot/x"}"#,
            r#"{"callbackUri":"http:me:s3cret@bot/x"}"#,
            r#"{"callbackUri":"//me:s3cret@bot/x"}"#,
            r#"{"callbackUri":"http://bot/x?s3cret"}"#,
            r#"{"callbackUri":"http://bot/x?$top=5;key=s3cret#access_token=s3cret"}"#,
        ] {
            let shown = redacted_body(body.as_bytes(), false).to_string();
            assert!(!shown.contains("s3cret") && !shown.contains("6421"), "{shown}");
        }
        let plain = r#"{"a":"Why? Read x?b=c.","token":null,"url":"http://bot/$metadata?$top=5#calls"}"#;
        assert_eq!(redacted_body(plain.as_bytes(), false).to_string(), plain);
        assert_eq!(redacted_header("Referer", "http://bot/x?key=s3cret"), "http://bot/x?key=(hidden)");
    }
}
