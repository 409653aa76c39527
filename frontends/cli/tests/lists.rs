//! Which calls a list has and in which order, and which calls belong together: alike in the table, on the page and in JSON.
//! `src/browse/tests.rs` reads the same answers for the terminal browser.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod common;

use std::fs;

use common::{Folder, callfold};
use serde_json::Value;

fn case(name: &str) -> String {
    format!("{}/tests/cases/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn answers(name: &str) -> Vec<Value> {
    let text = fs::read_to_string(case(name)).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn strings(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
}

/// The texts between two others.
fn between<'a>(text: &'a str, before: &str, after: &str) -> Vec<&'a str> {
    text.split(before).skip(1).map(|rest| rest.split(after).next().unwrap()).collect()
}

#[test]
fn the_table_and_the_page_list_the_same_calls_in_the_same_order() {
    for answer in answers("list.answers.jsonl") {
        let (log, arguments) = (case(answer["log"].as_str().unwrap()), strings(&answer["arguments"]));
        let calls = strings(&answer["calls"]);
        let table = callfold(&[&["replay", &log, "-q"], &arguments[..]].concat()).out;
        let ids = table.split_whitespace().filter(|word| word.len() == 36);
        assert_eq!(ids.collect::<Vec<_>>(), calls, "{answer}");
        let ran = callfold(&[&["report", &log, "-o", "-"], &arguments[..]].concat());
        assert_eq!(between(&ran.out, "<tr data-call=\"", "\""), calls, "{answer}");
        assert_eq!(between(&ran.out, "<section class=\"call\" id=\"call-", "\""), calls, "{answer}");
        let data = between(&ran.out, r#""detailed":["#, r#""others""#)[0].to_owned();
        assert_eq!(between(&data, "[\"", "\""), calls, "{answer}: the data of the script");
        let key = arguments.iter().skip_while(|one| **one != "--sort").nth(1).unwrap_or(&"begin");
        assert!(ran.out.contains(&format!("<option value=\"{key}\" selected>")), "{answer}");
    }
}

#[test]
fn a_page_of_calls_that_ended_badly_says_so() {
    let log = case("list.jsonl");
    let page = callfold(&["report", &log, "--ended", "badly", "-o", "-"]).out;
    assert!(page.contains("<b>2 of 4 calls</b>") && page.contains("Only calls that ended badly"), "{page}");
    // The findings of a call that is not listed do not belong to no call.
    assert!(!page.contains("Findings that belong to no call"), "{page}");
    let whole = callfold(&["report", &log, "-o", "-"]).out;
    assert!(whole.contains("<b>4 calls</b>") && !whole.contains("Only calls that"), "{whole}");
    let good = "0badc0de-0000-4000-8000-000000000302";
    let ran = callfold(&["report", &log, "--ended", "badly", "--call", good, "-o", "-"]);
    assert!(ran.err.contains(&format!("call {good} did not end badly")), "{}", ran.err);
    assert!(!ran.out.contains(good));
}

#[test]
fn a_picture_is_of_the_only_call_that_ended_badly() {
    let folder = Folder::new();
    let svg = format!("{}/call.svg", folder.path());
    let of = |log: &str| callfold(&["report", &case(log), "--ended", "badly", "-o", &svg]);
    let ran = of("people-without-roster.jsonl");
    assert_eq!(ran.err, "");
    assert!(fs::read_to_string(&svg).unwrap().contains("0badc0de-0000-4000-8000-000000000102"));
    assert!(
        of("list.jsonl").err.contains("the logs have 2 calls that ended badly"),
        "{}",
        of("list.jsonl").err
    );
}

#[test]
fn long_times_have_days_in_the_table_and_on_the_page() {
    let log = case("long.jsonl");
    let page = callfold(&["report", &log, "-o", "-"]).out;
    let rows = between(&page, "<tr data-revision", "</tr>");
    let elapsed: Vec<_> =
        rows.iter().map(|row| between(row, "<td class=\"number\">", "</td>")[1].to_owned()).collect();
    let expected =
        ["+0:00.000", "+0:00.250", "+1:00:01.000", "+1:00:02.000", "+23:59:59.999", "+1d 00:00:00.000"];
    assert_eq!(elapsed[..6], expected);
    assert_eq!(elapsed[6], "+1d 10:00:00.500");
    for shown in [page, callfold(&["replay", &log]).out] {
        assert!(shown.contains("1d 10:00:00") && !shown.contains("34:00"), "{shown}");
    }
    let hostile = callfold(&["report", &case("long-hostile.jsonl"), "-o", "-"]);
    assert_eq!((hostile.status, hostile.out.contains("-1d 01:01:01.500")), (0, true), "{}", hostile.err);
}

/// The calls that the details of a call name.
fn related<'a>(page: &'a str, id: &str) -> Vec<&'a str> {
    let section = between(page, &format!("id=\"call-{id}\""), "</section>")[0];
    let facts = between(section, "<dt>Related calls</dt>", "</div>");
    facts.first().map_or_else(Vec::new, |facts| between(facts, "<code>", "</code>"))
}

#[test]
fn the_page_and_the_json_name_the_calls_that_belong_to_a_call() {
    for answer in answers("related.answers.jsonl") {
        let log = case(answer["log"].as_str().unwrap());
        let calls = callfold(&["replay", "--json", &log]).json();
        let page = callfold(&["report", &log, "-o", "-"]).out;
        for (id, expected) in answer["related"].as_object().unwrap() {
            let call = calls["calls"].as_array().unwrap().iter().find(|call| call["id"] == **id).unwrap();
            assert_eq!(&call["related"], expected, "{id}");
            assert_eq!(related(&page, id), strings(expected), "{id}");
            for other in strings(expected) {
                let is_known = calls["calls"].as_array().unwrap().iter().any(|call| call["id"] == other);
                let link = format!("<a href=\"#call-{other}\"><code>");
                let absent = format!("<code>{other}</code> <span class=\"quiet\">not on this page");
                assert!(page.contains(if is_known { &link } else { &absent }), "{id}: {other}");
            }
        }
    }
}

#[test]
fn a_redacted_log_has_the_same_conversations_and_nothing_of_their_ids() {
    for answer in answers("related.answers.jsonl") {
        let folder = Folder::new();
        let log = case(answer["log"].as_str().unwrap());
        let redacted = callfold(&["convert", "--to", "events", "--redact", &log]).out;
        let page = callfold(&["report", "--redact", &log, "-o", "-"]).out;
        for raw in strings(&answer["raw"]) {
            for text in [&redacted, &page] {
                assert!(!text.to_lowercase().contains(&raw.to_lowercase()), "{raw}: {text}");
            }
        }
        let whole = callfold(&["convert", "--to", "events", &log]).out;
        let ids =
            |log: &str| between(log, "\"call\":\"", "\"").into_iter().map(str::to_owned).collect::<Vec<_>>();
        let pseudonyms: std::collections::BTreeMap<_, _> =
            ids(&whole).into_iter().zip(ids(&redacted)).collect();
        let replayed = callfold(&["replay", "--json", &folder.write("log", &redacted)]).json();
        for (id, expected) in answer["related"].as_object().unwrap() {
            let call =
                replayed["calls"].as_array().unwrap().iter().find(|call| call["id"] == *pseudonyms[id]);
            let known = strings(expected).into_iter().filter_map(|other| pseudonyms.get(other));
            let named: Vec<_> = strings(&call.unwrap()["related"]).into_iter().map(str::to_owned).collect();
            assert!(known.clone().all(|other| named.contains(other)), "{id}: {named:?}");
            assert_eq!(named.len(), strings(expected).len(), "{id}");
            assert_eq!(related(&page, &pseudonyms[id]), named, "{id}");
        }
    }
}
