use std::fs;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use jiff::{Timestamp, ToSpan};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use super::access::TokenError;
use super::service_key::{FILE, Keys};
use super::tenant::DEFAULT_TENANT;
use super::token_endpoint::TokenRequest;
use crate::key_files;

const APP: &str = "2e2cb0a8-6d7e-4d6c-9c0b-0a5c1d0f3b11";
const NOW: Timestamp = Timestamp::constant(1_767_225_600, 0);

fn part(token: &str, at: usize) -> Value {
    let part = token.split('.').nth(at).unwrap();
    serde_json::from_slice(&BASE64.decode(part).unwrap()).unwrap()
}

fn refused(keys: &Keys, token: &str, now: Timestamp) -> String {
    match keys.verify(token, now).unwrap_err() {
        TokenError::Refused(error) => {
            assert_eq!(error.code, "InvalidAuthenticationToken");
            assert!(token.is_empty() || !error.message.contains(token));
            error.message
        }
        TokenError::Key(error) => panic!("{error}"),
    }
}

#[test]
fn the_set_has_the_public_key_only() {
    let set = Keys::new(None).jwks().unwrap();
    let key = set["keys"][0].as_object().unwrap();
    let names: Vec<_> = key.keys().map(String::as_str).collect();
    assert_eq!(names, ["alg", "e", "endorsements", "kid", "kty", "n", "use"]);
    assert_eq!(
        json!([key["alg"], key["e"], key["kty"], key["use"], key["endorsements"]]),
        json!(["RS256", "AQAB", "RSA", "sig", ["msteams"]])
    );
    assert_eq!(key["n"].as_str().unwrap().len(), 342);
    assert_eq!(key["kid"].as_str().unwrap().len(), 43);
}

#[test]
fn the_token_of_a_webhook_has_the_claims_that_bots_check() {
    let keys = Keys::new(None);
    let token = keys.webhook_token(APP, DEFAULT_TENANT, NOW).unwrap();
    assert_eq!(
        part(&token, 1),
        json!({
            "aud": APP, "iss": "https://api.botframework.com", "tid": DEFAULT_TENANT,
            "iat": 1_767_225_600, "nbf": 1_767_225_600, "exp": 1_767_229_200,
        })
    );
    let kid = &keys.jwks().unwrap()["keys"][0]["kid"];
    assert_eq!(part(&token, 0), json!({"typ": "JWT", "alg": "RS256", "kid": kid}));
    assert_eq!(refused(&keys, &token, NOW), "Access token validation failure. Invalid audience.");
}

#[test]
fn an_access_token_is_accepted_while_it_holds() {
    let keys = Keys::new(None);
    let roles = ["Calls.Initiate.All".to_owned()];
    let token = keys.access_token(APP, DEFAULT_TENANT, &roles, NOW).unwrap();
    let claims = keys.verify(&token, NOW).unwrap();
    assert_eq!(claims.app, APP);
    assert_eq!(claims.roles, roles);

    assert!(keys.verify(&token, NOW + 3658.seconds()).is_ok());
    let expired = "Lifetime validation failed, the token is expired.";
    assert_eq!(refused(&keys, &token, NOW + 3659.seconds()), expired);
    assert!(keys.verify(&token, NOW - 60.seconds()).is_ok());
    let early = "Lifetime validation failed, the token is not yet valid.";
    assert_eq!(refused(&keys, &token, NOW - 61.seconds()), early);
}

#[test]
fn what_the_service_has_not_signed_is_refused() {
    let keys = Keys::new(None);
    let token = keys.access_token(APP, DEFAULT_TENANT, &[], NOW).unwrap();
    let signature = "Access token validation failure. Invalid signature.";
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(refused(&Keys::new(Some(folder.path().into())), &token, NOW), signature);
    let (head, _) = token.rsplit_once('.').unwrap();
    assert_eq!(refused(&keys, &format!("{head}.AAAA"), NOW), signature);

    for broken in ["abc", "a.b.c", "..", "\u{fffd}"] {
        let message = refused(&keys, broken, NOW);
        assert_eq!(message, "CompactToken parsing failed: it is not a JSON Web Token.", "{broken}");
    }
    assert_eq!(refused(&keys, "", NOW), "Access token is empty.");
}

#[test]
fn another_algorithm_is_refused() {
    let keys = Keys::new(None);
    let token = keys.access_token(APP, DEFAULT_TENANT, &[], NOW).unwrap();
    let payload = part(&token, 1);
    let n = keys.jwks().unwrap()["keys"][0]["n"].as_str().unwrap().to_owned();
    let key = EncodingKey::from_secret(n.as_bytes());
    let forged = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &payload, &key).unwrap();
    let message = "Access token validation failure. The algorithm must be RS256.";
    assert_eq!(refused(&keys, &forged, NOW), message);
    let none = BASE64.encode(r#"{"alg":"none"}"#);
    let unsigned = format!("{none}.{}.", BASE64.encode(payload.to_string()));
    refused(&keys, &unsigned, NOW);
}

#[test]
fn a_signed_token_of_another_kind_is_refused() {
    let keys = Keys::new(None);
    let sign = |claims: Value| keys.signing_key().unwrap().sign(&claims).unwrap();
    let other = sign(json!({"aud": "https://graph.microsoft.com", "iss": "a", "exp": 1_767_229_200}));
    assert!(refused(&keys, &other, NOW).contains("This is not an access token"));
    let token = keys.access_token(APP, DEFAULT_TENANT, &[], NOW).unwrap();
    let mut payload = part(&token, 1);
    payload["tid"] = json!(APP);
    assert!(refused(&keys, &sign(payload), NOW).contains("Invalid issuer"));
}

#[test]
fn a_stored_key_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let kept_in = folder.path().join("keys");
    let token = Keys::new(Some(kept_in.clone())).access_token(APP, DEFAULT_TENANT, &[], NOW).unwrap();
    assert!(Keys::new(Some(kept_in.clone())).verify(&token, NOW).is_ok());
    let pem = fs::read_to_string(kept_in.join(FILE)).unwrap();
    assert!(pem.starts_with("-----BEGIN PRIVATE KEY-----\n"));
}

#[test]
fn nothing_is_made_before_it_is_needed() {
    let folder = tempfile::tempdir().unwrap();
    let keys = Keys::new(Some(folder.path().join("keys")));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    keys.jwks().unwrap();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn several_that_make_a_key_at_once_have_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let keys: Vec<_> = (0..2).map(|_| Keys::new(Some(folder.path().to_owned()))).collect();
    std::thread::scope(|scope| keys.iter().for_each(|keys| drop(scope.spawn(|| keys.jwks().unwrap()))));
    assert_eq!(keys[0].jwks().unwrap(), keys[1].jwks().unwrap());
}

#[test]
fn a_broken_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE);
    key_files::write_new(&path, "nonsense").unwrap();
    let message = Keys::new(Some(folder.path().to_owned())).jwks().unwrap_err().to_string();
    assert!(
        message.starts_with(&format!("{} is not an RSA key as PKCS#8 in PEM; ", path.display())),
        "{message}"
    );
}

#[test]
fn debug_shows_no_key() {
    let keys = Keys::new(None);
    keys.jwks().unwrap();
    assert_eq!(format!("{keys:?}"), "Keys { kept_in: None, .. }");
}

#[test]
fn the_endpoint_gives_a_token_that_is_accepted() {
    let keys = Keys::new(None);
    let body =
        format!("grant_type=client_credentials&client_id={APP}&client_secret=x&roles=Calls.Initiate.All");
    let request = TokenRequest {
        tenant: "contoso.com",
        content_type: Some("application/x-www-form-urlencoded;charset=utf-8"),
        authorization: None,
        body: body.as_bytes(),
    };
    let (status, answer) = keys.token_request(request, NOW).unwrap();
    assert_eq!((status, &answer["token_type"], &answer["expires_in"]), (200, &json!("Bearer"), &json!(3599)));
    let claims = keys.verify(answer["access_token"].as_str().unwrap(), NOW).unwrap();
    assert_eq!(claims.app, APP);
    assert_eq!(claims.roles, ["Calls.Initiate.All"]);
}
