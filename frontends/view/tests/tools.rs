//! Each format is read by the tool that it is made for: Graphviz, xmllint, an SCXML interpreter, XState.
//!
//! Where a tool is missing, its test is skipped with a message. With `CALLFOLD_TOOLS=required`, the test fails instead.
//! `.ci/run` installs all tools.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test may panic, and reads only a few parts of an XML document"
)]

mod common;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use callfold::chart::Chart;
use callfold_view::chart::{self, ChartPath};
use common::{Relation, places, relation, step};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

const TOOLS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tools");

/// Runs a tool on an input; `None` where the tool is missing and not required.
fn tool(program: &str, arguments: &[&str], input: &str) -> Option<Output> {
    let command = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = match command {
        Ok(child) => child,
        Err(error) => return skipped(&format!("{program}: {error}")),
    };
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    // A tool that fails early does not read to the end.
    let feeder = std::thread::spawn(move || drop(stdin.write_all(input.as_bytes())));
    let output = child.wait_with_output().unwrap();
    feeder.join().unwrap();
    Some(output)
}

/// Writes directly to standard error, because the test harness hides the output of tests that pass.
fn skipped<T>(why: &str) -> Option<T> {
    assert!(std::env::var_os("CALLFOLD_TOOLS").is_none_or(|tools| tools != "required"), "missing: {why}");
    let message = format!("SKIPPED: what a tool would check. Missing: {why}\n");
    io::stderr().write_all(message.as_bytes()).unwrap();
    None
}

/// The output of a tool that succeeded.
fn content(program: &str, output: &Output) -> String {
    let error = String::from_utf8_lossy(&output.stderr);
    let out = String::from_utf8(output.stdout.clone()).unwrap();
    assert!(output.status.success(), "{program}: {out}{error}");
    out
}

#[test]
fn graphviz_renders_every_state_and_every_step() {
    for chart in Chart::ALL {
        let Some(output) = tool("dot", &["-Tsvg"], &chart::dot(*chart)) else { return };
        assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
        let rendered = Rendered::read(&content("dot", &output));
        assert_eq!(rendered.steps, relation(*chart), "{chart}");
        for place in places(*chart) {
            let (state, superstates) = place.split_last().unwrap();
            assert!(rendered.nodes.contains(state), "{state}");
            for superstate in superstates {
                assert!(rendered.clusters.contains(superstate), "{superstate}");
            }
        }
    }
}

/// The drawing of Graphviz: each item is a group with a title and texts.
#[derive(Default)]
struct Rendered {
    nodes: Vec<String>,
    clusters: Vec<String>,
    steps: Relation,
}

impl Rendered {
    fn read(svg: &str) -> Self {
        let mut rendered = Self::default();
        let mut reader = Reader::from_str(svg);
        let (mut class, mut words) = (String::new(), Vec::<String>::new());
        loop {
            match reader.read_event().unwrap() {
                Event::Start(tag) if tag.name().as_ref() == "g" => {
                    (class, words) = (attribute(&tag, "class"), Vec::new());
                }
                Event::Start(tag) if matches!(tag.name().as_ref(), "title" | "text") => {
                    words.push(String::new())
                }
                Event::Text(text) => {
                    if let Some(words) = words.last_mut() {
                        words.push_str(&text);
                    }
                }
                Event::GeneralRef(character) => {
                    let character = character.resolve_char_ref().unwrap().or(Some('>'));
                    words.last_mut().unwrap().extend(character);
                }
                Event::End(tag) if tag.name().as_ref() == "g" => {
                    let words: Vec<_> = words.drain(..).map(|words| words.trim().to_owned()).collect();
                    rendered.add(&class, &words);
                }
                Event::Eof => return rendered,
                _ => {}
            }
        }
    }

    fn add(&mut self, class: &str, words: &[String]) {
        match (class, words) {
            ("node", [title, label]) => {
                assert_eq!(title, label);
                self.nodes.push(label.clone());
            }
            ("cluster", [title, label]) => {
                assert_eq!(title, &format!("cluster_{label}"));
                self.clusters.push(label.clone());
            }
            ("edge", [title, transition]) => {
                let (from, to) = title.split_once("->").unwrap();
                if !from.starts_with("begin") {
                    self.steps.insert(step(from, transition, to));
                }
            }
            _ => {}
        }
    }
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> String {
    tag.try_get_attribute(name).unwrap().unwrap().value.into_owned()
}

#[test]
fn xmllint_finds_the_scxml_valid() {
    let schema = format!("{TOOLS}/scxml.xsd");
    for chart in Chart::ALL {
        let arguments = ["--noout", "--nonet", "--schema", &schema, "-"];
        let Some(output) = tool("xmllint", &arguments, &chart::scxml(*chart)) else { return };
        content("xmllint", &output);
    }
}

/// The schema is part of this repository. It must refuse what the rules of the W3C refuse.
#[test]
fn the_schema_refuses_what_the_rules_refuse() {
    let good = chart::scxml(Chart::Call);
    let schema = format!("{TOOLS}/scxml.xsd");
    for (rule, from, to) in [
        ("targets are there", r#"target="hold""#, r#"target="parked""#),
        ("the initial state is there", r#"initial="unknown""#, r#"initial="nowhere""#),
        ("ids are unique", r#"<state id="ringing">"#, r#"<state id="hold">"#),
        (
            "nothing leaves a final state",
            r#"<final id="terminated"/>"#,
            r#"<final id="terminated"><transition event="a" target="hold"/></final>"#,
        ),
        (
            "final states hold no states",
            r#"<final id="terminated"/>"#,
            r#"<final id="terminated"><state id="more"/></final>"#,
        ),
        ("a state has no other attributes", r#"<state id="hold">"#, r#"<state id="hold" name="hold">"#),
        ("an id is a name", r#"<state id="live">"#, r#"<state id="a live one">"#),
        ("an event is tokens between dots", r#"event="adopted.hold""#, r#"event="adopted..hold""#),
        ("the version is 1.0", r#"version="1.0" datamodel"#, r#"version="1.1" datamodel"#),
        ("the namespace is SCXML's", "http://www.w3.org/2005/07/scxml", "http://www.w3.org/2005/07/other"),
        ("a transition says something", r#"<transition event="held" target="hold"/>"#, "<transition/>"),
        ("a document has a state", "<state id=\"unknown\">", "<!-- <state> --><nothing id=\"unknown\">"),
    ] {
        let bad = good.replacen(from, to, 1);
        assert_ne!(good, bad, "{rule}");
        let Some(output) = tool("xmllint", &["--noout", "--nonet", "--schema", &schema, "-"], &bad) else {
            return;
        };
        assert!(!output.status.success(), "{rule}");
    }
}

#[test]
fn xmllint_finds_the_pictures_well_formed() {
    let path = ChartPath::begin("<&\">", "hold").then("resumed", "established");
    for chart in Chart::ALL {
        for path in [None, Some(&path)] {
            let Some(output) = tool("xmllint", &["--noout", "--nonet", "-"], &chart::svg(*chart, path))
            else {
                return;
            };
            content("xmllint", &output);
        }
    }
}

/// Writes every format into a folder.
fn forms(folder: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(folder);
    fs::create_dir_all(&folder).unwrap();
    for chart in Chart::ALL {
        for (form, text) in [
            ("mermaid", chart.mermaid()),
            ("table", chart.table()),
            ("scxml", chart::scxml(*chart)),
            ("xstate", chart::xstate(*chart)),
        ] {
            fs::write(folder.join(format!("{chart}.{form}")), text).unwrap();
        }
    }
    folder
}

/// Runs a test with Node.js where `npm ci` has installed its packages.
fn node(package: &str, test: &str) {
    if !Path::new(TOOLS).join("node_modules").join(package).exists() {
        let _: Option<()> = skipped(&format!("{package}: run `npm ci` in frontends/view/tests/tools"));
        return;
    }
    let folder = forms(test);
    let arguments = ["--test", "--test-reporter=tap", &format!("{TOOLS}/{test}")];
    let output = Command::new("node").args(arguments).env("CALLFOLD_CHARTS", &folder).output();
    match output {
        Ok(output) => {
            let out = content("node", &output);
            assert!(out.contains("\n# fail 0\n") && !out.contains("\n# pass 0\n"), "{out}");
        }
        Err(error) => drop(skipped::<()>(&format!("node: {error}"))),
    }
}

#[test]
fn xstate_steps_through_the_same_relation() {
    node("xstate", "xstate.test.mjs");
}

#[test]
fn an_scxml_interpreter_steps_through_the_same_relation() {
    node("@scion-scxml/scxml", "scxml.test.mjs");
}
