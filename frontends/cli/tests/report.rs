//! `callfold report`: the calls with details, the output file, and what a page never shows.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod common;

use std::fs;
use std::process::Stdio;

use common::{CALL, Folder, SAMPLES, callfold, command, event, events, fed, log, replayed, sample};
use serde_json::json;

const IVR: &str = "ivr.jsonl";
const ADELE: &str = "1639dfff-f89f-46f2-867a-d722b358491f";

/// The page of logs, on standard output.
fn page(arguments: &[&str]) -> String {
    callfold(&[&["report", "-o", "-"], arguments].concat()).out
}

fn sections(page: &str) -> usize {
    page.matches("<section class=\"call\"").count()
}

/// Calls whose ids begin with their numbers.
fn calls(count: usize, reported: impl Fn(usize) -> Vec<String>) -> Vec<u8> {
    let call = |number: usize| {
        let id = id(number);
        reported(number).into_iter().map(move |line| line.replace(CALL, &id)).collect::<Vec<_>>()
    };
    log(&(0..count).flat_map(call).collect::<Vec<_>>())
}

fn id(number: usize) -> String {
    format!("{number:08x}{}", &CALL[8..])
}

#[test]
fn every_sample_is_a_page_with_every_call_and_the_status_of_replay() {
    let folder = Folder::new();
    for name in SAMPLES {
        let path = format!("{}/page.html", folder.path());
        let ran = callfold(&["report", &sample(name), "-o", &path]);
        assert_eq!(ran.status, callfold(&["replay", &sample(name)]).status, "{name}: {}", ran.err);
        assert_eq!(ran.out, "");
        let page = fs::read_to_string(&path).unwrap();
        let replayed = replayed(&sample(name));
        for call in replayed["calls"].as_array().unwrap() {
            let id = call["id"].as_str().unwrap();
            assert!(
                page.contains(&format!("<section class=\"call\" id=\"call-{id}\" data-call=\"{id}\"")),
                "{name} {id}"
            );
        }
        assert_eq!(page, self::page(&[&sample(name)]), "{name}");
        let lists = usize::from(sections(&page) > 0);
        assert_eq!(page.matches("<script").count(), sections(&page) + lists + 1, "{name}");
        assert!(!page.contains("http://") || !page.contains("src="), "{name}");
    }
}

#[test]
fn no_secret_is_on_a_page_or_in_a_picture() {
    let folder = Folder::new();
    for name in SAMPLES.iter().chain(&["service.jsonl"]) {
        let path = sample(name);
        assert!(!page(&[&path]).contains("sample-"), "{name}");
        for call in replayed(&path)["calls"].as_array().unwrap() {
            let svg = format!("{}/call.svg", folder.path());
            callfold(&["report", &path, "--call", call["id"].as_str().unwrap(), "-o", &svg]);
            assert!(!fs::read_to_string(&svg).unwrap().contains("sample-"), "{name}");
        }
    }
}

#[test]
fn a_picture_is_of_one_call() {
    let folder = Folder::new();
    let svg = format!("{}/x.SVG", folder.path());
    let one = callfold(&["report", &sample("transfer-blind.jsonl"), "-o", &svg]);
    assert_eq!((one.status, one.err.as_str()), (0, ""));
    assert!(fs::read_to_string(&svg).unwrap().starts_with("<svg "));
    let chosen = callfold(&["report", &sample(IVR), "--call", ADELE, "-o", &svg]);
    assert_eq!(chosen.status, 0);
    assert!(fs::read_to_string(&svg).unwrap().contains(ADELE));
    for (arguments, why) in [
        (vec![], "the logs have 3 calls: choose one with --call ID"),
        (vec!["--call", ADELE, "--call", CALL], "give --call once"),
        (vec!["--call", CALL], "no log contains call"),
    ] {
        let ran = callfold(&[&["report", &sample(IVR), "-o", &svg], arguments.as_slice()].concat());
        assert_eq!(ran.status, 2, "{arguments:?}");
        assert!(ran.err.contains(why), "{arguments:?}: {}", ran.err);
    }
}

#[test]
fn what_cannot_be_written_is_status_2_and_named() {
    let folder = Folder::new();
    let [gone, non_canonical] =
        [format!("{}/no/page.html", folder.path()), format!("{}/page.pdf", folder.path())];
    let own = folder.write("log.html", log(&events()));
    for (path, log) in [(&gone, &sample(IVR)), (&non_canonical, &sample(IVR)), (&own, &own)] {
        let ran = callfold(&["report", log, "-o", path]);
        assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{path}");
        assert!(ran.err.contains(path.as_str()), "{path}: {}", ran.err);
    }
    assert_eq!(fs::read(&own).unwrap(), log(&events()), "the log is left as it was");
    assert_eq!(callfold(&["report", &sample(IVR)]).status, 2, "without -o");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_status_2_and_a_reader_who_has_seen_enough_is_no_error() {
    let ran =
        command(&["report", &sample(IVR), "-o", "-"]).stdout(fs::File::create("/dev/full").unwrap()).output();
    assert_eq!(ran.unwrap().status.code(), Some(2));
    let mut child = command(&["report", &sample(IVR), "-o", "-"]).stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert!(matches!(child.wait().unwrap().code(), Some(141 | 1 | 0)));
}

#[test]
fn logs_that_can_be_read_only_once_are_reported_like_files() {
    let bytes = fs::read(sample(IVR)).unwrap();
    let fed = fed(&bytes, &["report", "-", "-o", "-"]);
    assert_eq!(fed.status, 0);
    assert_eq!(fed.out, page(&[&sample(IVR)]).replace(&sample(IVR), "-"));
    let two = page(&[&sample(IVR), &sample("transfer-blind.jsonl")]);
    assert_eq!(sections(&two), 4);
    assert!(two.contains("<title>4 calls of 2 logs</title>"));
}

#[test]
fn logs_that_cannot_be_read_are_status_2_and_said_on_the_page() {
    let folder = Folder::new();
    let gone = format!("{}/gone", folder.path());
    let ran = callfold(&["report", &gone, &sample(IVR), "-o", "-"]);
    assert_eq!((ran.status, sections(&ran.out)), (2, 3));
    assert!(ran.err.contains(&gone) && ran.out.contains(&format!("Not read: <bdi>{gone}</bdi>")));
    let none = callfold(&["report", &gone, "-o", "-"]);
    assert_eq!((none.status, none.out.as_str()), (2, ""));
}

#[test]
fn findings_decide_the_status_as_they_do_in_replay() {
    assert_eq!(callfold(&["report", &sample(IVR), "-o", "-", "--deny", "warn"]).status, 1);
    assert_eq!(callfold(&["report", &sample("malformed.jsonl"), "-o", "-"]).status, 1);
    assert_eq!(callfold(&["report", &sample(IVR), "-o", "-", "--format", "nonsense"]).status, 2);
}

#[test]
fn the_page_shows_the_requested_moment() {
    let page = page(&[&sample(IVR), "--until-rev", "2"]);
    assert!(page.contains("The calls are shown at their revision 2."));
    assert_eq!((sections(&page), page.matches("<tr data-revision=").count()), (3, 6));
}

#[test]
fn of_many_calls_those_with_findings_and_the_requested_ones_are_shown_in_detail() {
    let folder = Folder::new();
    let gaps =
        |number: usize| if number == 7 { vec![events().remove(0), events().remove(3)] } else { events() };
    let path = folder.write("many", calls(201, gaps));
    let reported = page(&[&path]);
    assert_eq!(sections(&reported), 1);
    assert!(reported.contains(&format!("id=\"call-{}\"", id(7))));
    assert!(
        reported.contains("1 call of 201 shown with details") && reported.contains("<code>--call ID</code>")
    );
    let request = page(&[&path, "--call", &id(3), "--call", &id(4)]);
    assert_eq!(sections(&request), 3);
    let few = folder.write("few", calls(200, |_| events()));
    assert_eq!(sections(&page(&[&few])), 200);
    let unknown = callfold(&["report", &few, "-o", "-", "--call", ADELE]);
    assert!(unknown.status == 2 && unknown.err.contains("no log contains call"), "{}", unknown.err);
    assert!(unknown.out.starts_with("<!DOCTYPE html>"), "the page is written all the same");
}

#[test]
fn no_more_than_two_hundred_calls_are_shown_in_detail_and_the_rest_is_counted() {
    let folder = Folder::new();
    let twice = |_| [events(), vec![events().remove(3)]].concat();
    let page = page(&[&folder.write("many", calls(230, twice))]);
    assert_eq!(sections(&page), 200);
    assert!(page.contains("30 more were left out: a page shows at most 200 calls"));
    assert_eq!(page.matches("<tr data-call=").count(), 230);
}

/// The subject of each call in the log says whether the call ended well.
#[test]
fn calls_that_ended_badly_are_marked_and_stand_in_the_order_of_their_beginning() {
    let path = format!("{}/tests/cases/ends.jsonl", env!("CARGO_MANIFEST_DIR"));
    let events = callfold(&["convert", "--to", "events", &path]).out;
    let page = page(&[&path]);
    let (index, sections) = page.split_once("<section").unwrap();
    let mut starts = Vec::new();
    for line in index.split("<tr data-call=\"").skip(1) {
        let row = line.split_once("</tr>").unwrap().0;
        let (id, _) = row.split_once('"').unwrap();
        let own = events.lines().find(|event| event.contains(id) && event.contains("\"subject\"")).unwrap();
        let is_bad = own.contains("\"subject\":\"bad\"");
        assert!(is_bad != own.contains("\"subject\":\"good\""), "{own}");
        assert_eq!(row.contains("✖ ended badly:"), is_bad, "{row}");
        let details = sections.split_once(&format!("id=\"call-{id}\"")).unwrap().1;
        let (details, _) = details.split_once("</section>").unwrap();
        assert_eq!(details.contains("Ended badly: "), is_bad, "{id}");
        starts.push(row.split_once("class=\"time\">").unwrap().1.split_once('<').unwrap().0.to_owned());
    }
    assert_eq!(starts.len(), 20);
    let last = starts.pop().unwrap();
    assert!(last.is_empty() && starts.is_sorted(), "the call without times is last: {starts:?}");
}

#[test]
fn the_index_names_who_called_whom_and_when() {
    let page = page(&[&sample(IVR)]);
    let (index, _) = page.split_once("<section").unwrap();
    let row = index.split_once(&format!("<tr data-call=\"{ADELE}\"")).unwrap().1;
    let row = row.split_once("</tr>").unwrap().0;
    for cell in [
        "<td class=\"time\">2026-11-23 09:15:00</td><td>incoming</td>",
        "<bdi>Adele Vance</bdi>",
        "<bdi>Fabrikam Support Line</bdi>",
    ] {
        assert!(row.contains(cell), "{cell}: {row}");
    }
    assert!(page.find("<h2 id=\"calls\"") < page.find("<h2 id=\"totals\""), "the calls come first");
    assert!(page.contains("<html lang=\"en\">"));
}

#[test]
fn what_belongs_to_no_call_is_said_too() {
    let folder = Folder::new();
    let lonely = event(1, "terminated", &json!({})).replace(CALL, ADELE);
    let path = folder.write("log", [log(&events()), b"{\"v\":1}\n".to_vec(), log(&[lonely])].concat());
    let page = page(&[&path]);
    let (_, loose) = page.split_once("Findings that belong to no call").unwrap();
    assert!(loose.contains("<b>malformed</b>") && loose.contains("<b>refused</b>"));
}

#[test]
fn of_very_many_findings_the_worst_are_shown_and_stand_first() {
    let mut lines = events();
    lines.extend((0..1200).map(|_| events().remove(1)));
    lines.push(event(3, "held", &json!({})));
    let page = page(&[&Folder::new().write("log", log(&lines))]);
    let (_, findings) = page.split_once("data-role=\"findings\">").unwrap();
    assert!(findings.starts_with("<li data-kind=\"conflict\">"), "{}", &findings[..200]);
    let (findings, after) = findings.split_once("</ul>").unwrap();
    assert_eq!(findings.matches("<li").count(), 1000);
    assert!(after.contains("… and 201 more"), "{}", &after[..200]);
}

#[test]
fn of_very_many_operations_the_failed_ones_are_first_and_all_are_counted() {
    let mut lines = events();
    let end = lines.pop().unwrap();
    let operation = |number: usize, status: &str| json!({ "@odata.type": "#microsoft.graph.playPromptOperation", "id": format!("o{number}"), "status": status });
    for number in 0..300 {
        let kind = if number == 299 { "operationFailed" } else { "operationCompleted" };
        lines.push(event(4 + 2 * number as u64, "operationCreated", &operation(number, "running")));
        lines.push(event(5 + 2 * number as u64, kind, &operation(number, "running")));
    }
    lines.push(end.replace("\"rev\":4", "\"rev\":604"));
    let page = page(&[&Folder::new().write("log", log(&lines))]);
    let (_, operations) = page.split_once("<h3>300 operations</h3>").unwrap();
    let (operations, _) = operations.split_once("</details>").unwrap();
    assert!(operations.contains(
        "<tr><th scope=\"row\">playPrompt</th><td class=\"number\">1</td><td class=\"number\">299</td></tr>"
    ));
    let (_, rows) = operations.split_once("data-role=\"operation-rows\">").unwrap();
    assert!(rows.starts_with("<tr data-outcome=\"failed\">"), "{}", &rows[..200]);
    assert_eq!(rows.matches("<tr").count(), 50);
    assert!(rows.contains("The first 50 of 300."));
}

/// A name that would end a script, one that would turn the page around, and one that goes on and on.
#[test]
fn hostile_names_stay_words() {
    let folder = Folder::new();
    let evil = "</script><script>alert(1)</script><!--\"'&\u{202E}\u{0}\u{7}";
    let person = |id: &str, name: &str| json!({ "id": id, "info": { "identity": { "user": { "displayName": name, "id": "u" } } } });
    let people = json!({ "participants": [person("p1", evil), person("</script>", &"x".repeat(10_000))] });
    let mut lines = events();
    lines[0] = event(
        1,
        "offered",
        &json!({ "subject": evil, "source": { "identity": { "user": { "displayName": evil } } } }),
    );
    lines.insert(3, event(4, "rosterUpdated", &people));
    lines[4] = event(5, "terminated", &json!({ "resultInfo": { "code": 1, "message": evil } }));
    let path = folder.write("<b>.jsonl", log(&lines));
    let page = page(&[&path]);
    assert_eq!(page.matches("<script").count(), 3);
    assert_eq!(page.matches("</script>").count(), 3);
    assert!(!page.contains("<!--") && !page.contains("<b>.jsonl"));
    assert!(!page.contains(['\u{202E}', '\u{0}', '\u{7}']));
    assert!(page.contains("more characters)") && !page.contains(&"x".repeat(1000)));
}

#[test]
fn a_log_without_a_call_is_a_page_that_says_so() {
    let ran = fed(b"{\"v\":1,\"type\":\"offered\"}\n", &["report", "-", "--format", "events", "-o", "-"]);
    assert_eq!(ran.status, 1);
    assert!(ran.out.contains("The logs contain no calls.") && ran.out.contains("<b>malformed</b>"));
}

#[test]
fn long_calls_and_large_rosters_are_shown_in_full() {
    let folder = Folder::new();
    let person = |number: usize| json!({ "id": format!("p{number}"), "info": { "identity": { "guest": { "displayName": format!("Guest {number}") } } } });
    let people: Vec<_> = (0..300).map(person).collect();
    let mut lines = events();
    lines.truncate(3);
    lines.push(event(4, "rosterUpdated", &json!({ "participants": people })));
    lines.extend((5..=1500).map(|revision| event(revision, "toneReceived", &json!({ "tone": "tone5" }))));
    let page = page(&[&folder.write("long", log(&lines))]);
    assert_eq!(page.matches("<tr data-revision=").count(), 1500);
    assert!(page.contains("\"Guest 299\""));
    assert!(page.len() < 8_000_000, "{}", page.len());
}
