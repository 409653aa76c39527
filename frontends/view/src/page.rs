//! An HTML page with the calls of logs: a list of all calls, and some of them with every detail.
//!
//! A page is a single file. It loads nothing from a network, and it is readable without its script.

mod choice;
mod details;
mod index;
mod moments;
mod operations;
mod plots;
mod report;
mod rows;
mod text;

use core::fmt;

use maud::{DOCTYPE, PreEscaped, html};

use crate::{chart, timeline};
pub use choice::{Choice, DETAILED_CALLS, DETAILED_EVENTS, choose};
pub use report::{Input, Report, Row, Tally};

const STYLE: &str = include_str!("page/style.css");
const SCRIPT: &str = include_str!("page/script.js");

/// The hash that allows the script of the page, and no other script, to run. A test compares it with the script.
const SCRIPT_HASH: &str = "sha256-xJHi0d8NowEXL6it6N/4paRQFJHgftkS2rp+RLYj5+w=";

/// Writes a page. Calls `progress` with the number of calls with details that are written, after each of them.
///
/// # Errors
///
/// The error of `out`.
///
/// ```
/// use callfold_view::page::{Input, Report, html};
///
/// let mut report = Report::default();
/// report.inputs.push(Input::new("<b>.jsonl", "events", 0, 0));
/// let mut page = String::new();
/// html(&report, &mut page, |_| {})?;
/// assert!(page.contains("&lt;b&gt;.jsonl"));
/// # Ok::<(), core::fmt::Error>(())
/// ```
pub fn html(report: &Report<'_>, out: &mut impl fmt::Write, mut progress: impl FnMut(usize)) -> fmt::Result {
    let policy = format!(
        "default-src 'none'; style-src 'unsafe-inline'; script-src '{SCRIPT_HASH}'; base-uri 'none'; form-action 'none'"
    );
    let head = html! {
        (DOCTYPE)
        (PreEscaped(r#"<html lang="en"><head>"#))
        meta charset="utf-8";
        meta http-equiv="Content-Security-Policy" content=(policy);
        meta name="viewport" content="width=device-width, initial-scale=1";
        meta name="color-scheme" content="light dark";
        meta name="generator" content=(concat!("callfold ", env!("CARGO_PKG_VERSION")));
        title { (report.title()) }
        style { (PreEscaped(STYLE)) (PreEscaped(chart::svg::STYLE)) (PreEscaped(timeline::STYLE)) }
    };
    out.write_str(&head.0)?;
    let skip = html! { a.skip href="#calls" { "Skip to the calls" } };
    write!(out, "</head><body>{}", skip.0)?;
    out.write_str(&index::header(report).0)?;
    // A browser skips the layout of sections outside of the window, where there are many.
    out.write_str(if report.histories.len() > 20 { r#"<main class="many">"# } else { "<main>" })?;
    let rows = report.rows();
    index::write(report, &rows, out)?;
    let history = |row: &&Row<'_>| report.history(row.summary.id());
    for (written, history) in rows.iter().filter_map(history).enumerate() {
        out.write_str(&details::section(history, report).0)?;
        progress(written + 1);
    }
    out.write_str("</main>\n")?;
    out.write_str(&html! { script { (PreEscaped(SCRIPT)) } }.0)?;
    out.write_str("</body></html>\n")
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use sha2::{Digest, Sha256};

    use callfold::Summary;

    use super::{Report, Row, SCRIPT, SCRIPT_HASH, Tally, html};
    use crate::history::steps::CallHistory;

    #[test]
    fn the_calls_that_are_written_are_counted() {
        let history = |last: char| {
            let line =
                r#"{"call":"57dab8b1-894c-409a-b240-bd8beae7889X","rev":1,"type":"offered","data":{}}"#;
            CallHistory::of(vec![line.replace('X', &last.to_string()).parse().unwrap()], Vec::new()).unwrap()
        };
        let histories = ['1', '2', '3'].map(history);
        let calls = histories.iter().map(|one| Row::new(Summary::from(one.last()), Tally::default()));
        let report = Report { histories: histories.to_vec(), calls: calls.collect(), ..Report::default() };
        let mut counts = Vec::new();
        html(&report, &mut String::new(), |written| counts.push(written)).unwrap();
        assert_eq!(counts, [1, 2, 3]);
    }

    #[test]
    fn the_policy_of_the_page_allows_its_own_script() {
        assert_eq!(SCRIPT_HASH, format!("sha256-{}", STANDARD.encode(Sha256::digest(SCRIPT))));
    }

    #[test]
    fn the_script_does_not_end_early() {
        assert!(!SCRIPT.contains("</") && !SCRIPT.contains("<!--"));
    }
}
