use base64::Engine;
use base64::prelude::BASE64_STANDARD as BASE64;

use super::*;

const APP: &str = "2e2cb0a8-6d7e-4d6c-9c0b-0a5c1d0f3b11";
const FORM: &str = "application/x-www-form-urlencoded";

fn granted(authorization: Option<&str>, body: &str) -> Result<Granted, EndpointError> {
    let body = body.as_bytes();
    Granted::by(TokenRequest { tenant: "common", content_type: Some(FORM), authorization, body })
}

fn refused(body: &str) -> Value {
    granted(None, body).map(|granted| granted.app).unwrap_err().to_json(Timestamp::UNIX_EPOCH)
}

#[test]
fn a_form_with_a_secret_grants_all_permissions() {
    let body = format!("grant_type=client_credentials&client_id={APP}&client_secret=any%20secret");
    let granted = granted(None, &body).unwrap();
    assert_eq!(granted.app, APP);
    assert_eq!(granted.roles.len(), Permission::ALL.len());
}

#[test]
fn an_assertion_is_a_secret() {
    let body = format!("grant_type=client_credentials&client_id={APP}&client_assertion=e30.e30.AA");
    assert_eq!(granted(None, &body).unwrap().app, APP);
}

#[test]
fn basic_has_the_app_and_its_secret() {
    let header = format!("basic {}", BASE64.encode(format!("{APP}:p%3Ass:word")));
    let body = "grant_type=client_credentials&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default";
    assert_eq!(granted(Some(&header), body).unwrap().app, APP);
    let other = format!("{body}&client_id=another");
    let error = granted(Some(&header), &other).map(|granted| granted.app).unwrap_err();
    assert!(format!("{error:?}").contains("different apps"), "{error:?}");
}

#[test]
fn a_broken_basic_is_refused() {
    for header in ["", "Basic", "Bearer abc", "Basic !", "Basic YWJj"] {
        let error = granted(Some(header), "grant_type=client_credentials").map(|granted| granted.app);
        assert_eq!(error.unwrap_err().to_json(Timestamp::UNIX_EPOCH)["error"], "invalid_client", "{header}");
    }
}

#[test]
fn roles_are_split_at_blanks_and_commas() {
    assert_eq!(roles(Some("calls.initiate.all, User.Read.All")), ["Calls.Initiate.All", "User.Read.All"]);
    assert!(roles(Some("")).is_empty());
}

#[test]
fn what_is_missing_or_wrong_is_named() {
    let with = |rest: &str| format!("grant_type=client_credentials&client_id={APP}{rest}");
    let cases = [
        (String::new(), 900_144, "invalid_request"),
        ("grant_type=password".to_owned(), 70_003, "unsupported_grant_type"),
        ("grant_type=client_credentials".to_owned(), 900_144, "invalid_request"),
        (with(""), 7_000_216, "invalid_request"),
        (with("&client_secret="), 7_000_216, "invalid_request"),
        (with("&client_secret=a&client_secret=b"), 9_002_313, "invalid_request"),
        (with("&client_secret=a&scope=User.Read"), 1_002_012, "invalid_scope"),
        (
            "grant_type=client_credentials&client_id=me&client_secret=a".to_owned(),
            700_016,
            "unauthorized_client",
        ),
    ];
    for (body, number, error) in cases {
        let answer = refused(&body);
        assert_eq!((&answer["error_codes"], &answer["error"]), (&json!([number]), &json!(error)), "{body}");
        let description = answer["error_description"].as_str().unwrap();
        assert!(description.starts_with(&format!("AADSTS{number}: ")), "{description}");
    }
}

#[test]
fn json_is_no_form() {
    let request = TokenRequest {
        tenant: "common",
        content_type: Some("application/json"),
        authorization: None,
        body: b"{}",
    };
    let (status, answer) = Keys::new(None).token_request(request, Timestamp::UNIX_EPOCH).unwrap();
    assert_eq!((status, &answer["error_codes"]), (400, &json!([900_144])));
    assert_eq!(answer["timestamp"], "1970-01-01 00:00:00Z");
}

#[test]
fn debug_shows_no_secret() {
    let request = TokenRequest {
        tenant: "common",
        content_type: Some(FORM),
        authorization: Some("Basic c2VjcmV0"),
        body: b"client_secret=hidden",
    };
    assert_eq!(
        format!("{request:?}"),
        r#"TokenRequest { tenant: "common", content_type: Some("application/x-www-form-urlencoded"), .. }"#,
    );
}
