//! The REST methods: which path belongs to which method, the permissions of each method, and the table of end
//! codes.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::collections::BTreeSet;

use crate::common::{CALL, call_id, properties};
use callfold::graph::{
    EndCode, Method, NoRoute, Permission, PermissionPage, ResultInfo, Root, Route, Verb, Version,
};
use proptest::prelude::*;
use proptest::sample::select;

const BARE: &str = "57DAB8B1894C409AB240BD8BEAE78896";

/// Each method by name, verb and path after `/calls`. `C` is a call, `i` is a participant or an operation.
const METHODS: [(&str, &str, &str); 33] = [
    ("createCall", "POST", ""),
    ("logTeleconferenceDeviceQuality", "POST", "/logTeleconferenceDeviceQuality"),
    ("getCall", "GET", "/C"),
    ("deleteCall", "DELETE", "/C"),
    ("answer", "POST", "/C/answer"),
    ("reject", "POST", "/C/reject"),
    ("redirect", "POST", "/C/redirect"),
    ("transfer", "POST", "/C/transfer"),
    ("keepAlive", "POST", "/C/keepAlive"),
    ("playPrompt", "POST", "/C/playPrompt"),
    ("recordResponse", "POST", "/C/recordResponse"),
    ("cancelMediaProcessing", "POST", "/C/cancelMediaProcessing"),
    ("subscribeToTone", "POST", "/C/subscribeToTone"),
    ("sendDtmfTones", "POST", "/C/sendDtmfTones"),
    ("mute", "POST", "/C/mute"),
    ("unmute", "POST", "/C/unmute"),
    ("changeScreenSharingRole", "POST", "/C/changeScreenSharingRole"),
    ("updateRecordingStatus", "POST", "/C/updateRecordingStatus"),
    ("addLargeGalleryView", "POST", "/C/addLargeGalleryView"),
    ("listParticipants", "GET", "/C/participants"),
    ("invite", "POST", "/C/participants/invite"),
    ("getParticipant", "GET", "/C/participants/i"),
    ("deleteParticipant", "DELETE", "/C/participants/i"),
    ("muteParticipant", "POST", "/C/participants/i/mute"),
    ("startHoldMusic", "POST", "/C/participants/i/startHoldMusic"),
    ("stopHoldMusic", "POST", "/C/participants/i/stopHoldMusic"),
    ("getOperation", "GET", "/C/operations/i"),
    ("muteAll", "POST", "/C/participants/muteAll"),
    ("configureMixer", "POST", "/C/participants/configureMixer"),
    ("updateMetadata", "POST", "/C/updateMetadata"),
    ("listAudioRoutingGroups", "GET", "/C/audioRoutingGroups"),
    ("createAudioRoutingGroup", "POST", "/C/audioRoutingGroups"),
    ("listContentSharingSessions", "GET", "/C/contentSharingSessions"),
];

/// Methods that are published under `/communications` only.
const NEWER: [&str; 2] = ["keepAlive", "logTeleconferenceDeviceQuality"];

/// Each method with its verb and a path. Methods that are not under the root are left out.
fn paths_under(root: &str) -> impl Iterator<Item = (&'static str, &'static str, String)> {
    let published = METHODS.into_iter().filter(move |(name, ..)| root != "app" || !NEWER.contains(name));
    let root = root.to_owned();
    published.map(move |(name, verb, rest)| {
        (name, verb, format!("/{root}/calls{}", rest.replacen("/C", &format!("/{CALL}"), 1)))
    })
}

fn name(route: Result<Route, NoRoute>) -> Option<&'static str> {
    Some(route.ok()?.method.as_str())
}

#[test]
fn every_method_is_listed_here_once() {
    let listed: BTreeSet<_> = METHODS.iter().map(|(name, ..)| *name).collect();
    let known: BTreeSet<_> = Method::ALL.iter().map(|method| method.as_str()).collect();
    assert_eq!(listed.len(), METHODS.len());
    assert_eq!(listed, known);
}

#[test]
fn each_method_is_found_under_its_roots_and_written_back() {
    for (root, count) in [("communications", 33), ("app", 31)] {
        assert_eq!(paths_under(root).count(), count);
        for (method, verb, path) in paths_under(root) {
            let route = Route::parse(verb, &path).unwrap();
            assert_eq!((route.method.as_str(), route.root.as_str()), (method, root));
            assert_eq!((route.method.verb().as_str(), route.to_string()), (verb, path.clone()));
            assert_eq!(route.call, path.contains(CALL).then(call_id), "{path}");
            let has_item = path.contains("/i/") || path.ends_with("/i");
            assert_eq!(route.item, has_item.then(|| "i".into()), "{path}");
            let plain = Route::new(route.method, route.call, route.item.clone());
            assert_eq!(plain.to_string(), path.replacen("/app/", "/communications/", 1));
        }
    }
}

#[test]
fn the_newer_methods_are_under_communications_alone() {
    for (method, verb, rest) in METHODS.into_iter().filter(|(name, ..)| NEWER.contains(name)) {
        let rest = rest.replacen("/C", &format!("/{CALL}"), 1);
        assert_eq!(name(Route::parse(verb, &format!("/communications/calls{rest}"))), Some(method));
        let refused = Route::parse(verb, &format!("/app/calls{rest}")).unwrap_err();
        assert_eq!(refused.status(), 404, "{method}");
    }
    for method in Method::ALL {
        assert!(method.is_under(Root::Communications));
        assert_eq!(method.is_under(Root::App), !NEWER.contains(&method.as_str()));
    }
}

/// Methods that only the beta version has.
const BETA: [&str; 3] = ["muteAll", "configureMixer", "updateMetadata"];

#[test]
fn a_method_of_the_beta_version_is_not_in_the_other() {
    for (method, verb, path) in paths_under("communications") {
        assert_eq!(name(Route::parse(verb, &path)), Some(method));
        assert_eq!(name(Route::parse(verb, &format!("/beta{path}"))), Some(method));
        let published = Route::parse(verb, &format!("https://graph.microsoft.com/v1.0{path}"));
        let is_beta = BETA.contains(&method);
        let known = Method::ALL.iter().find(|known| known.as_str() == method).unwrap();
        assert_eq!((known.is_in(Version::V1), known.is_in(Version::Beta)), (!is_beta, true));
        let Err(none) = published else {
            assert!(!is_beta, "{method}");
            continue;
        };
        assert!(
            is_beta && none.is_in_beta && none.to_string().ends_with("only the beta version has this method")
        );
        assert_eq!((none.status(), none.error().code.as_str()), (404, "ResourceNotFound"), "{none}");
        let other = Route::parse("DELETE", &format!("/v1.0{path}")).unwrap_err();
        assert_eq!((other.status(), other.is_in_beta), (404, false), "{other}");
    }
}

#[test]
fn letter_case_does_not_matter() {
    for root in ["communications", "app"] {
        for (method, verb, path) in paths_under(root) {
            for path in [path.to_uppercase(), path.to_lowercase()] {
                assert_eq!(name(Route::parse(verb, &path)), Some(method), "{path}");
                assert_eq!(name(Route::parse(&verb.to_lowercase(), &path)), Some(method), "{path}");
            }
        }
    }
}

#[test]
fn an_action_may_bear_its_namespace() {
    for (method, verb, path) in paths_under("communications").filter(|(_, verb, _)| *verb == "POST") {
        let Some((parent, action)) = path.rsplit_once('/').filter(|(_, action)| *action != "calls") else {
            continue;
        };
        for namespace in ["microsoft.graph.", "Microsoft.Graph."] {
            let qualified = format!("{parent}/{namespace}{action}");
            let route = Route::parse(verb, &qualified).unwrap();
            assert_eq!((route.method.as_str(), route.to_string()), (method, path.clone()));
        }
        let foreign = format!("{parent}/microsoft.graph.callRecords.{action}");
        assert_eq!(name(Route::parse(verb, &foreign)), None, "{foreign}");
    }
}

#[test]
fn a_calls_id_is_read_in_every_spelling_and_written_in_one() {
    let spellings = [CALL.to_owned(), CALL.to_uppercase(), BARE.to_owned(), BARE.to_lowercase()];
    for spelling in &spellings {
        for (method, verb, rest) in METHODS.into_iter().filter(|(.., rest)| rest.starts_with("/C")) {
            let given = format!("/communications/calls/{spelling}{}", &rest[2..]);
            let written = format!("/communications/calls/{CALL}{}", &rest[2..]);
            let route = Route::parse(verb, &given).unwrap();
            assert_eq!((route.method.as_str(), route.call), (method, Some(call_id())), "{given}");
            assert_eq!(route.to_string(), written);
        }
    }
}

#[test]
fn what_stands_around_a_path_does_not_matter() {
    let (root, id) = ("communications", CALL);
    let plain = format!("/{root}/calls/{id}/participants/p/mute");
    let rows = [
        (format!("/v1.0{plain}"), Some("v1.0")),
        (format!("/V1.0{plain}"), Some("v1.0")),
        (format!("/beta{plain}"), Some("beta")),
        (plain.clone(), None),
        (plain.trim_start_matches('/').to_owned(), None),
        (format!("{plain}/"), None),
        (format!("{plain}?$select=id&x=https://a/b"), None),
        (format!("{plain}#top"), None),
        (format!("https://graph.microsoft.com{plain}"), None),
        (format!("https://graph.microsoft.com/v1.0{plain}?$top=1"), Some("v1.0")),
        (format!("HTTPS://graph.microsoft.com:443/beta{plain}"), Some("beta")),
        (format!("/{root}/calls('{id}')/participants('p')/mute"), None),
        (format!("/{root}/calls('{BARE}')/participants/p/microsoft.graph.mute"), None),
        (format!("https://graph.microsoft.com/beta/{root}/calls/{id}/participants('p')/mute"), Some("beta")),
    ];
    for (given, version) in rows {
        let route = Route::parse("POST", &given).unwrap();
        assert_eq!((route.method, route.call), (Method::MuteParticipant, Some(call_id())), "{given}");
        assert_eq!(route.item, Some("p".into()), "{given}");
        assert_eq!(route.version.map(|version| version.as_str()), version, "{given}");
        let written = version.map_or_else(|| plain.clone(), |version| format!("/{version}{plain}"));
        assert_eq!(route.to_string(), written);
    }
}

#[test]
fn a_refusal_for_the_verb_names_the_allowed_verbs() {
    let rows: [(&str, String, &[Verb]); 9] = [
        ("GET", "/communications/calls".into(), &[Verb::Post]),
        ("PATCH", format!("/communications/calls/{CALL}"), &[Verb::Delete, Verb::Get]),
        ("POST", format!("/app/calls/{CALL}"), &[Verb::Delete, Verb::Get]),
        ("GET", format!("/communications/calls/{CALL}/playPrompt"), &[Verb::Post]),
        ("DELETE", format!("/beta/communications/calls/{CALL}/keepAlive"), &[Verb::Post]),
        ("POST", format!("/communications/calls/{CALL}/participants"), &[Verb::Get]),
        ("POST", format!("/communications/calls('{CALL}')/participants('p')"), &[Verb::Delete, Verb::Get]),
        ("DELETE", format!("/communications/calls/{CALL}/operations/o"), &[Verb::Get]),
        ("", "/communications/calls/logTeleconferenceDeviceQuality".into(), &[Verb::Post]),
    ];
    for (verb, path, expected) in rows {
        let mut refused = Route::parse(verb, &path).unwrap_err();
        refused.allowed.sort_by_key(|verb| verb.as_str());
        assert_eq!((refused.status(), &refused.allowed[..]), (405, expected), "{verb} {path}");
        let error = serde_json::to_value(refused.error()).unwrap();
        let names: Vec<_> = expected.iter().map(|verb| verb.as_str()).collect();
        assert_eq!(error["error"]["code"], "MethodNotAllowed");
        assert_eq!(error["error"]["innerError"]["allowed"], serde_json::json!(names));
    }
}

#[test]
fn no_method_is_elsewhere() {
    let rows = [
        String::new(),
        "/".into(),
        "/communications".into(),
        "/communications/onlineMeetings".into(),
        "/me/calls".into(),
        "/v2.0/communications/calls".into(),
        "/v1.0/beta/communications/calls".into(),
        format!("/calls/{CALL}"),
        format!("/communications/callRecords/{CALL}"),
        "/communications/calls/57dab8b1".into(),
        format!("/communications/calls/{CALL}0"),
        format!("/communications/calls/{}", CALL.replace('5', "g")),
        format!("/communications/calls/{CALL}/hangUp"),
        format!("/communications/calls/{CALL}/playPrompt/again"),
        format!("/communications/calls/{CALL}/operations"),
        format!("/communications/calls/{CALL}/participants/p/unmute"),
        format!("/communications/calls/{CALL}/participants/p/mute/q"),
        "https://graph.microsoft.com".into(),
        "https://".into(),
    ];
    for path in rows {
        for verb in ["GET", "POST", "DELETE"] {
            let refused = Route::parse(verb, &path).unwrap_err();
            assert_eq!((refused.status(), refused.allowed.len()), (404, 0), "{verb} {path}");
            assert_eq!(refused.error().code, "ResourceNotFound");
        }
    }
}

#[test]
fn an_unknown_path_says_which_name_is_wrong_and_shows_no_query() {
    let says = |path: &str| {
        Route::parse("POST", &format!("/v1.0/communications/calls/{path}")).unwrap_err().to_string()
    };
    let advice = ": paths begin with /communications/calls, and the id of a call is a GUID";
    for (path, end) in [
        (format!("{CALL}/playPromt?code=s3cret"), "/playPromt: no method of a call ends with `playPromt`"),
        // Another method ends with this name, so the name is not what is wrong.
        (format!("{CALL}/operations/7/mute"), advice),
        (format!("{CALL}/people/7/microsoft.graph.mute"), advice),
        ("7/playPromt".into(), advice),
    ] {
        let said = says(&path);
        assert!(said.ends_with(end) && !said.contains("s3cret"), "{said}");
    }
}

properties! {
    256 cases;

    #[test]
    fn no_verb_or_path_panics(verb in any::<String>(), path in any::<String>()) {
        if let Err(refused) = Route::parse(&verb, &path) {
            prop_assert!(refused.verb.chars().count() <= 65 && refused.path.chars().count() <= 65);
            prop_assert_eq!(refused.error().inner_error.len(), 1);
        }
    }

    #[test]
    fn what_is_found_is_found_again_where_it_is_written(
        verb in select(vec!["GET", "POST", "DELETE"]),
        pieces in prop::collection::vec(select(vec![
            "/", "communications", "app", "calls", "v1.0", "beta", CALL, BARE, "('", "')", "participants",
            "operations", "invite", "mute", "microsoft.graph.", "keepAlive", "é", "?", "#", "://", "%2F", "p",
        ]), 0..14),
        tail in ".{0,8}",
    ) {
        let path = pieces.concat() + &tail;
        if let Ok(route) = Route::parse(verb, &path) {
            prop_assert_eq!(Route::parse(verb, &route.to_string()).ok(), Some(route), "{}", path);
        }
    }
}

// Permissions.

#[test]
fn the_page_says_what_it_is_of() {
    let page = PermissionPage::ACCESS_MEDIA;
    assert_eq!(page.permission, Permission::AccessMedia);
    assert_eq!(page.permission.as_str(), "Calls.AccessMedia.All");
    assert_eq!(page.id.to_string(), "a7a681dc-756e-4909-b988-f160edc6655f");
    assert_eq!(page.display_string, "Access media streams in a call as an app");
    assert_eq!(
        page.description,
        "Allows the app to get direct access to media streams in a call, without a signed-in user."
    );
}

#[test]
fn the_page_has_its_24_rows_in_their_order() {
    let rows: Vec<_> = PermissionPage::ACCESS_MEDIA.rows().map(|row| row.to_string()).collect();
    let published: Vec<_> = include_str!("fixtures/calls-access-media-all.txt").lines().collect();
    assert_eq!((rows.len(), rows), (24, published.iter().map(|row| (*row).to_owned()).collect()));
}

#[test]
fn each_row_of_the_page_is_a_route() {
    for row in include_str!("fixtures/calls-access-media-all.txt").lines() {
        let (verb, path) = row.trim_start_matches("V1 A ").split_once(' ').unwrap();
        let route = Route::parse(verb, &path.replace("{id}", CALL)).unwrap();
        assert_eq!(format!("V1 A {verb} {}", route.to_string().replace(CALL, "{id}")), row);
    }
}

#[test]
fn permissions_are_known_by_their_names() {
    let names = [
        "Calls.AccessMedia.All",
        "Calls.Initiate.All",
        "Calls.InitiateGroupCall.All",
        "Calls.JoinGroupCall.All",
        "Calls.JoinGroupCallAsGuest.All",
        "Calls.JoinGroupCalls.Chat",
    ];
    assert_eq!(Permission::ALL.iter().map(|one| one.as_str()).collect::<Vec<_>>(), names);
    for known in Permission::ALL {
        assert_eq!(Permission::named(&known.as_str().to_uppercase()), Some(*known));
    }
    assert_eq!(Permission::named("Calls.AccessMedia"), None);
}

// The end codes.

/// The published pairs of code and subcode, and those that were reported by users.
const END_CODES: &str = "
    0 0/7015
    200/0 200/4097 200/4521 200/5000 200/5001 200/5002 200/5003 200/5007 200/5010 200/5012 200/5013 200/5014
    200/5020 200/5030 200/5300 200/5855 200/7000 200/7015 200/8515 200/10550 200/18503 200/540000 200/560000
    400/8508 400/8541
    408/1106 408/8537 408/10057 408/13025
    410/301005
    480/10037 480/10076 480/10134 480/10199
    500/1005 500/3002 500/3003 500/7000 500/7106 500/7700 500/560500";

#[test]
fn each_published_end_code_is_in_the_table_once() {
    let known: Vec<_> = EndCode::ALL.iter().map(|code| code.to_string()).collect();
    for published in END_CODES.split_whitespace() {
        assert!(known.iter().any(|code| code == published), "{published}");
    }
    let distinct: BTreeSet<_> = EndCode::ALL.iter().map(|code| (code.code(), code.subcode())).collect();
    assert_eq!(distinct.len(), EndCode::ALL.len());
    // A missing answer ends a call too. No page gives its subcode.
    let more: Vec<_> =
        known.iter().filter(|code| !END_CODES.split_whitespace().any(|it| it == *code)).collect();
    assert_eq!(more, ["408"]);
}

#[test]
fn an_end_code_is_known_by_the_result_that_says_it() {
    for code in EndCode::ALL {
        let reported = code.result_info();
        assert_eq!(
            (reported.code.value(), reported.subcode.value().copied()),
            (Some(&code.code()), code.subcode())
        );
        assert_eq!(EndCode::of(&reported), Some(*code));
        let read: ResultInfo = serde_json::from_value(serde_json::to_value(&reported).unwrap()).unwrap();
        assert_eq!(EndCode::of(&read), Some(*code));
        assert!(code.meaning().ends_with('.'), "{code}");
    }
    for unknown in [r#"{}"#, r#"{"code":200}"#, r#"{"code":400,"subcode":7000}"#, r#"{"subcode":7000}"#] {
        assert_eq!(EndCode::of(&serde_json::from_str(unknown).unwrap()), None, "{unknown}");
    }
}

#[test]
fn subcode_7000_has_two_meanings() {
    let of = |json: &str| EndCode::of(&serde_json::from_str(json).unwrap());
    assert_eq!(of(r#"{"code":"200","subCode":"7000"}"#), Some(EndCode::AppEnded));
    assert_eq!(of(r#"{"code":500,"subcode":7000}"#), Some(EndCode::TransferFailed));
}
