//! A page to look at and to send: the calls of a log, how they ended, and some of them in every detail. It is one file that asks
//! nothing of any network, and can be read without its script.

mod choice;
mod details;
mod index;
mod moments;
mod plots;
mod rows;
mod text;

use core::fmt;
use std::collections::BTreeMap;

use callfold::{CallId, FindingKind, Severity, Summary};
use maud::{DOCTYPE, PreEscaped, html};

use crate::story::{Placed, Story};
use crate::{chart, timeline};
pub use choice::{Choice, DETAILED_CALLS, DETAILED_EVENTS, choose};

const STYLE: &str = include_str!("page/style.css");
const SCRIPT: &str = include_str!("page/script.js");

/// What lets the page's own script run, and no other. A test holds it to the script.
const SCRIPT_HASH: &str = "sha256-DUY2hi7EZ1hyUlywR1r8wUcygGSradqGw/o9r3OTZPE=";

/// What a page is made of.
///
/// ```
/// let mut page = String::new();
/// callfold_view::page::html(&callfold_view::page::Report::default(), &mut page)?;
/// assert!(page.starts_with("<!DOCTYPE html>"));
/// assert!(page.contains("No call came out of this."));
/// # Ok::<(), core::fmt::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Report<'a> {
    /// The logs that were read.
    pub inputs: Vec<Input>,
    /// The logs that were not, and why.
    pub unreadable: Vec<(String, String)>,
    /// The moment at which the calls are shown, in words, where it is not the end.
    pub until: Option<String>,
    /// How many events were folded.
    pub events: u64,
    /// Every call, in the order of their ids.
    pub calls: Vec<Row<'a>>,
    /// All findings, counted.
    pub findings: Tally,
    /// The worst findings that tell of no call.
    pub loose: Vec<Placed>,
    /// How many more of them there are.
    pub loose_left_out: usize,
    /// The calls that are told in detail.
    pub stories: Vec<Story>,
    /// The calls that should be told in detail and cannot be, and why.
    pub not_reported: Vec<(CallId, String)>,
    /// How many more calls should be told in detail, and had to be left out.
    pub left_out: usize,
}

/// A log that was read.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Input {
    /// Its path.
    pub path: String,
    /// Its format.
    pub format: &'static str,
    /// How many records it has.
    pub records: u64,
    /// How many of them cannot be read.
    pub malformed: u64,
}

impl Input {
    /// A log of so many records, some of which cannot be read.
    ///
    /// ```
    /// use callfold_view::page::Input;
    ///
    /// assert_eq!(Input::new("ivr.jsonl", "notifications", 23, 0).records, 23);
    /// ```
    pub fn new(path: impl Into<String>, format: &'static str, records: u64, malformed: u64) -> Self {
        Self { path: path.into(), format, records, malformed }
    }
}

/// A call of the index.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Row<'a> {
    /// What is told of it.
    pub summary: Summary<'a>,
    /// What was found in it.
    pub findings: Tally,
}

impl<'a> Row<'a> {
    /// A call and what was found in it.
    ///
    /// ```
    /// use callfold::{Call, Recorded, Summary};
    /// use callfold_view::page::{Row, Tally};
    ///
    /// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"offered","data":{}}"#;
    /// let call = Call::begin(line.parse()?)?;
    /// assert_eq!(Row::new(Summary::from(&call), Tally::default()).findings.total(), 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub const fn new(summary: Summary<'a>, findings: Tally) -> Self {
        Self { summary, findings }
    }
}

/// Findings, counted by their kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally(BTreeMap<FindingKind, usize>);

impl Tally {
    /// Counts one more.
    ///
    /// ```
    /// use callfold::FindingKind;
    /// use callfold_view::page::Tally;
    ///
    /// let mut tally = Tally::default();
    /// tally.add(FindingKind::Gap);
    /// assert_eq!(tally.total(), 1);
    /// ```
    pub fn add(&mut self, kind: FindingKind) {
        *self.0.entry(kind).or_default() += 1;
    }

    /// How many there are.
    ///
    /// ```
    /// assert_eq!(callfold_view::page::Tally::default().total(), 0);
    /// ```
    pub fn total(&self) -> usize {
        self.0.values().sum()
    }

    /// How many are as bad as that.
    ///
    /// ```
    /// use callfold::{CallId, FindingKind, Severity};
    /// use callfold_view::page::Tally;
    ///
    /// let mut tally = Tally::default();
    /// tally.add(FindingKind::Gap);
    /// assert_eq!((tally.of(Severity::Warn), tally.of(Severity::Error)), (1, 0));
    /// ```
    pub fn of(&self, severity: Severity) -> usize {
        self.kinds().filter(|(kind, _)| kind.severity() == severity).map(|(_, count)| count).sum()
    }

    /// The worst of them.
    ///
    /// ```
    /// assert_eq!(callfold_view::page::Tally::default().worst(), None);
    /// ```
    pub fn worst(&self) -> Option<Severity> {
        self.kinds().map(|(kind, _)| kind.severity()).max()
    }

    fn kinds(&self) -> impl Iterator<Item = (FindingKind, usize)> {
        self.0.iter().map(|(kind, count)| (*kind, *count))
    }
}

/// Writes the page.
///
/// # Errors
///
/// Those of what is written to.
///
/// ```
/// use callfold_view::page::{Input, Report, html};
///
/// let mut report = Report::default();
/// report.inputs.push(Input::new("<b>.jsonl", "events", 0, 0));
/// let mut page = String::new();
/// html(&report, &mut page)?;
/// assert!(page.contains("&lt;b&gt;.jsonl"));
/// # Ok::<(), core::fmt::Error>(())
/// ```
pub fn html(report: &Report<'_>, out: &mut impl fmt::Write) -> fmt::Result {
    let policy = format!(
        "default-src 'none'; style-src 'unsafe-inline'; script-src '{SCRIPT_HASH}'; base-uri 'none'; form-action 'none'"
    );
    let head = html! {
        (DOCTYPE)
        meta charset="utf-8";
        meta http-equiv="Content-Security-Policy" content=(policy);
        meta name="viewport" content="width=device-width, initial-scale=1";
        meta name="color-scheme" content="light dark";
        meta name="generator" content=(concat!("callfold ", env!("CARGO_PKG_VERSION")));
        title { (title(report)) }
        style { (PreEscaped(STYLE)) (PreEscaped(chart::STYLE)) (PreEscaped(timeline::STYLE)) }
    };
    out.write_str(&head.0)?;
    let skip = html! { a.skip href="#calls" { "Skip to the calls" } };
    out.write_str(&skip.0)?;
    out.write_str(&index::header(report).0)?;
    // What is far from sight is not laid out.
    out.write_str(if report.stories.len() > 20 { r#"<main class="many">"# } else { "<main>" })?;
    index::write(report, out)?;
    for story in &report.stories {
        out.write_str(&details::section(story, report).0)?;
    }
    out.write_str("</main>\n")?;
    out.write_str(&html! { script { (PreEscaped(SCRIPT)) } }.0)?;
    out.write_char('\n')
}

fn title(report: &Report<'_>) -> String {
    let calls = text::many(report.calls.len(), "call");
    match report.inputs.as_slice() {
        [input] => format!("{calls} of {}", text::shown(&input.path)),
        inputs => format!("{calls} of {}", text::many(inputs.len(), "log")),
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use sha2::{Digest, Sha256};

    use super::{SCRIPT, SCRIPT_HASH};

    #[test]
    fn the_policy_of_the_page_lets_its_own_script_run() {
        assert_eq!(SCRIPT_HASH, format!("sha256-{}", STANDARD.encode(Sha256::digest(SCRIPT))));
    }

    #[test]
    fn the_script_does_not_end_early() {
        assert!(!SCRIPT.contains("</") && !SCRIPT.contains("<!--"));
    }
}
