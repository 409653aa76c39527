//! Tests that the crate uses no clock, file, thread, network or random number.

use std::fs;
use std::path::Path;
use std::process::Command;

fn sources(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).expect("src is there") {
        let path = entry.expect("src can be listed").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|it| it == "rs") {
            found.push((path.display().to_string(), fs::read_to_string(&path).expect("sources are text")));
        }
    }
}

fn src() -> Vec<(String, String)> {
    let mut found = Vec::new();
    sources(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")), &mut found);
    assert!(found.len() > 30, "these are not all sources");
    found
}

/// The lines of code without comments. A host in the documentation may use such things.
fn code(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//") && !line.trim_start().starts_with("#[doc"))
}

/// A property that draws its own seed would give one commit two verdicts.
#[test]
fn every_property_runs_from_a_known_seed() {
    let mut found = Vec::new();
    for folder in ["src", "tests", "examples", "frontends", "fuzz/src", "fuzz/tests"] {
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut found);
    }
    let (block, closure) = (concat!("proptest", "! {"), concat!("proptest", "!("));
    let blocks = |text: &str| text.split(block).skip(1).map(str::to_owned).collect::<Vec<_>>();
    for (path, text) in &found {
        assert!(
            !text.contains(closure),
            "{path} draws other cases in every run: sample with `TestRunner::deterministic()`"
        );
        for block in blocks(text) {
            let config = block.trim_start().lines().next().unwrap_or_default();
            assert!(
                config.contains("seed::config("),
                "{path} draws other cases in every run: write `properties!`"
            );
        }
    }
}

/// Without `std` the code cannot name a file, socket, thread, clock or environment.
#[test]
fn the_crate_is_no_std_and_never_brings_it_back() {
    for (path, text) in src() {
        if path.ends_with("src/lib.rs") {
            assert!(text.contains("\n#![no_std]\n"), "the crate is no longer no_std");
        }
        for line in code(&text) {
            assert!(!line.contains("std::") && !line.contains("crate std"), "{path} names std: {line}");
        }
    }
}

/// A host may share calls between threads, although the crate uses no threads.
#[test]
fn what_a_host_keeps_can_be_sent_and_shared() {
    const fn is_shareable<T: Send + Sync + 'static>() {}
    const { is_shareable::<callfold::Ledger>() };
    const { is_shareable::<callfold::Replay>() };
    const { is_shareable::<callfold::Recorded>() };
    const { is_shareable::<callfold::call::Observed>() };
}

/// Each library is used in one place only.
#[test]
fn statig_and_im_are_named_where_they_belong_and_nowhere_else() {
    for (path, text) in src() {
        for line in code(&text) {
            let names =
                |name: &str| line.contains(&format!("use {name}")) || line.contains(&format!(" {name}::"));
            assert!(!names("statig") || path.ends_with("lifecycle.rs"), "{path}: {line}");
            let may_name_im = path.ends_with("ledger/data.rs") || path.ends_with("src/places.rs");
            assert!(!names("im") || may_name_im, "{path}: {line}");
        }
    }
}

/// The code of the Rust examples in doc comments or on a page, without the marks of hidden lines.
fn examples(text: &str, is_page: bool) -> Vec<String> {
    let (mut found, mut block) = (Vec::new(), None::<(bool, String)>);
    for line in text.lines() {
        let doc = line.trim_start();
        let doc = doc.strip_prefix("///").or_else(|| doc.strip_prefix("//!"));
        let Some(line) = (if is_page { Some(line) } else { doc }) else { continue };
        let line = line.trim();
        block = match (block, line.strip_prefix("```")) {
            (None, None) => None,
            (None, Some(language)) => {
                let is_rust =
                    if is_page { language.starts_with("rust") } else { !OTHERS.contains(&language) };
                Some((is_rust, String::new()))
            }
            (Some((is_rust, code)), None) => {
                Some((is_rust, code + line.strip_prefix("# ").unwrap_or(line) + "\n"))
            }
            (Some((is_rust, code)), Some(_)) => {
                found.extend(is_rust.then_some(code));
                None
            }
        };
    }
    found
}

/// Languages of blocks that are no Rust.
const OTHERS: [&str; 8] = ["text", "json", "sh", "console", "toml", "mermaid", "js", "python"];

/// The first crate that an example names directly, not as a re-export of callfold.
fn named_directly(example: &str) -> Option<&'static str> {
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    let (imports, code): (Vec<&str>, Vec<&str>) =
        example.split(';').partition(|statement| statement.trim_start().starts_with("use callfold::"));
    // `use callfold::{uuid::Uuid}` brings no `uuid` into scope.
    let is_imported = |name: &str| {
        let mut after = imports.iter().flat_map(|import| {
            let at = import.match_indices(name).map(|(at, _)| at);
            at.filter(|at| !import[..*at].ends_with(is_word)).map(|at| &import[at + name.len()..])
        });
        after.any(|after| !after.starts_with("::") && !after.starts_with(is_word))
    };
    let is_named = |name: &str| {
        let path = format!("{name}::");
        code.iter().any(|code| {
            let mut before = code.match_indices(&path).map(|(at, _)| &code[..at]);
            before.any(|before| !before.ends_with(is_word) && !before.ends_with("::"))
        })
    };
    let crates = ["jiff", "proptest", "serde_json", "uuid"];
    crates.into_iter().find(|name| is_named(name) && !is_imported(name))
}

/// A reader pastes an example into a project that depends on callfold alone.
#[test]
fn examples_name_other_crates_as_re_exports_of_callfold() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut found, mut count) = (Vec::new(), 0);
    for folder in ["src", "frontends/view/src"] {
        sources(&root.join(folder), &mut found);
    }
    let pages = fs::read_dir(root.join("docs")).expect("docs is there");
    let pages = pages.map(|entry| entry.expect("docs can be listed").path());
    let pages = pages.filter(|path| path.extension().is_some_and(|it| it == "md"));
    for path in pages.chain([root.join("README.md")]) {
        found.push((path.display().to_string(), fs::read_to_string(&path).expect("pages are text")));
    }
    for (path, text) in &found {
        for example in examples(text, path.ends_with(".md")) {
            // A program with the local service has a web framework and more, and names them itself.
            if example.contains("use callfold_serve::") {
                continue;
            }
            count += 1;
            let named = named_directly(&example);
            assert_eq!(named, None, "{path}: write `callfold::` before the name of this crate\n{example}");
        }
    }
    assert!(count > 50, "these are not all examples");
}

#[test]
fn an_example_that_names_another_crate_directly_is_noticed() {
    for (example, named) in [
        ("let id = uuid::Uuid::nil();", Some("uuid")),
        ("use callfold::uuid::Uuid;\nlet id = uuid::Uuid::nil();", Some("uuid")),
        ("use proptest::prelude::*;", Some("proptest")),
        ("use callfold::{Ledger, serde_json};\nserde_json::from_str(json)?;", None),
        ("use callfold::jiff;\njiff::Timestamp::MIN;", None),
        ("callfold::jiff::Timestamp::MIN;", None),
    ] {
        assert_eq!(named_directly(example), named, "{example}");
    }
}

/// The dependencies of the crate. A new dependency, or a feature that adds one, fails this test first.
#[test]
fn the_dependencies_are_these_and_none_can_create_ids_or_read_a_clock() {
    let cargo = env!("CARGO");
    let tree = |arguments: &[&str]| {
        let output = Command::new(cargo)
            .args(["tree", "--offline", "-p", "callfold", "-e", "normal", "--prefix", "none"])
            .args(arguments)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .expect("cargo runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("cargo prints text")
    };
    let mut names: Vec<String> = tree(&["--format", "{p}"])
        .lines()
        .filter_map(|line| line.split(' ').next().map(str::to_owned))
        .collect();
    names.sort();
    names.dedup();
    insta::assert_snapshot!(names.join("\n"));

    let features = tree(&["--format", "{p} [{f}]"]);
    for line in features.lines() {
        let forbidden: &[&str] = match line.split(' ').next().unwrap_or_default() {
            // The clock of this library needs `std`, and so does reading the time zones of the system.
            "jiff" => &["std", "tzdb", "tz-system", "js"],
            "uuid" => &["std", "rng", "fast-rng", "v1", "v4", "v6", "v7"],
            // imbl seeds its generator with a constant, for sorting. A seed from the system would need this
            // feature.
            "rand_core" | "rand_xoshiro" => &["std", "os_rng", "getrandom"],
            "statig" => &["async", "std"],
            _ => &[],
        };
        let (_, features) = line.split_once('[').expect("features are shown");
        let has =
            |name: &str| features.trim_end_matches([']', ' ', '(', '*', ')']).split(',').any(|it| it == name);
        assert!(!forbidden.iter().any(|name| has(name)), "{line}");
    }
}
