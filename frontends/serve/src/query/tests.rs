use callfold::graph::{Method, Verb};
use serde_json::json;

use super::*;

const CALL: Reads = Reads::one(Resource::Call);
const PARTICIPANTS: Reads = Reads::many(Resource::Participant);

fn message(query: &str, reads: Reads) -> String {
    Options::parse(query, reads).unwrap_err().message
}

#[test]
fn every_get_has_options() {
    for method in Method::ALL {
        assert_eq!(Reads::by(*method).is_some(), method.verb() == Verb::Get, "{method}");
    }
}

#[test]
fn selected_members_and_annotations_stay() {
    let options = Options::parse("$select=id,%20State", CALL).unwrap();
    let call = json!({"@odata.type": "#microsoft.graph.call", "id": "a", "state": "established",
        "state@odata.type": "#x", "subject": "b", "subject@odata.type": "#y"});
    assert_eq!(
        options.apply(call, "http://localhost/"),
        json!({"@odata.type": "#microsoft.graph.call", "id": "a", "state": "established", "state@odata.type": "#x"})
    );
}

#[test]
fn without_options_nothing_changes() {
    let call = json!({"id": "a", "subject": null});
    for query in ["", "$select=*", "a=b&c", "select=*,id", "&&"] {
        assert_eq!(Options::parse(query, CALL).unwrap().apply(call.clone(), ""), call, "{query}");
    }
}

#[test]
fn an_unknown_member_is_named() {
    let error = Options::parse("%24select=id,color", CALL).unwrap_err();
    assert_eq!((error.code.as_str(), &error.inner_error["option"]), ("BadRequest", &json!("$select")));
    assert_eq!(
        error.message,
        "Parsing OData Select and Expand failed: $select: Could not find a property named 'color' on type \
         'microsoft.graph.call'."
    );
    assert!(message("$select=id,,state", CALL).contains("'$select': a name is missing"));
    assert!(message("$expand=", CALL).contains("'$expand': a name is missing"));
}

#[test]
fn expanded_members_are_kept_beside_selected_ones() {
    let options = Options::parse("expand=participants,operations,participants&$select=id", CALL).unwrap();
    assert_eq!(options.expanded(), [Navigation::Operations, Navigation::Participants]);
    let call = json!({"id": "a", "state": "established", "participants": [], "operations": []});
    assert_eq!(options.apply(call, ""), json!({"id": "a", "participants": [], "operations": []}));
    assert_eq!(Options::parse("$expand=*", CALL).unwrap().expanded().len(), 4);
    assert!(message("$expand=participants($select=id)", CALL).contains("within $expand"));
    assert!(message("$expand=call", PARTICIPANTS).contains("'call' on type 'microsoft.graph.participant'"));
    assert!(Options::parse("$expand=*", PARTICIPANTS).unwrap().expanded().is_empty());
}

#[test]
fn the_pages_of_a_collection_are_linked() {
    let all =
        json!({"@odata.context": "c", "value": [{"id": "1", "isMuted": true}, {"id": "2"}, {"id": "3"}]});
    let mut url = "http://localhost/participants?$top=2&%24select=id&x=a%20b".to_owned();
    let mut pages = Vec::new();
    loop {
        let query = url.split_once('?').unwrap().1.to_owned();
        let page = Options::parse(&query, PARTICIPANTS).unwrap().apply(all.clone(), &url);
        let next = page.get("@odata.nextLink").and_then(Value::as_str).map(str::to_owned);
        pages.push(page);
        match next {
            Some(next) => url = next,
            None => break,
        }
    }
    let link = "http://localhost/participants?$top=2&%24select=id&x=a%20b&$skip=2";
    let first = json!({"@odata.context": "c", "value": [{"id": "1"}, {"id": "2"}], "@odata.nextLink": link});
    assert_eq!(pages, [first, json!({"@odata.context": "c", "value": [{"id": "3"}]})]);
}

#[test]
fn a_link_replaces_the_position() {
    assert_eq!(page::link("/p?%24SKIP=2&$top=1&skip=", 3), "/p?$top=1&$skip=3");
    assert_eq!(page::link("/p", 3), "/p?$skip=3");
}

#[test]
fn a_page_behind_the_end_is_empty() {
    let options = Options::parse("$skip=2147483647&$top=2147483647", PARTICIPANTS).unwrap();
    assert_eq!(options.apply(json!({"value": [{"id": "1"}]}), ""), json!({"value": []}));
}

#[test]
fn numbers_must_be_whole_and_in_range() {
    for value in ["", "0", "-1", "+1", "1.5", "a", "2147483648", "99999999999999999999"] {
        assert!(
            message(&format!("$top={}", value.replace('+', "%2B")), PARTICIPANTS).contains("'$top'"),
            "{value}"
        );
    }
    assert!(message("$skip=-1", PARTICIPANTS).contains("'$skip'"));
}

#[test]
fn another_option_is_refused_with_those_that_there_are() {
    let expected =
        "The query option '$orderby' is not supported here. Supported are: $select, $expand, $top, $skip.";
    assert_eq!(message("$orderBy=id", PARTICIPANTS), expected);
    for query in ["filter=a", "$top=1", "skip=1", "$", "$color=red", "$skiptoken=x"] {
        assert!(message(query, CALL).ends_with("Supported are: $select, $expand."), "{query}");
    }
}

#[test]
fn an_option_comes_once() {
    assert_eq!(
        message("$select=id&SELECT=state", CALL),
        "The query option '$select' may be specified at most once."
    );
}
