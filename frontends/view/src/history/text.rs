//! The history of a call as text, for a terminal or the message of a failed test.

use std::fmt::Write as _;

use callfold::Summary;

use super::steps::{CallHistory, Step};
use crate::describe;
use crate::printable::printable;

/// The history of a call as lines: the call, then each event with the time since the first one, the state after it, and what
/// happened, and then the findings.
///
/// ```
/// use callfold_view::history::{self, CallHistory};
///
/// let log = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"at":"2026-11-23T09:15:00Z","type":"offered","data":{}}
/// {"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":2,"at":"2026-11-23T09:15:02.250Z","type":"terminated","data":{}}"#;
/// let events = log.lines().map(str::parse).collect::<Result<_, _>>()?;
/// let text = history::text(&CallHistory::of(events, Vec::new())?);
/// assert_eq!(text, "\
/// call 57dab8b1-894c-409a-b240-bd8beae78896: terminated
///   2026-11-23T09:15:00Z  incoming    The call was offered.
///              +0:02.250  terminated  The call is over.");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn text(history: &CallHistory) -> String {
    let mut lines = vec![head(history)];
    lines.extend(rows(history));
    let findings = history.worst_findings().into_iter();
    lines.extend(findings.map(|located| {
        let finding = &located.finding;
        format!("  {}: {}", finding.severity, printable(&describe::finding_text(finding)))
    }));
    lines.join("\n")
}

fn head(history: &CallHistory) -> String {
    let call = Summary::from(history.last());
    let parties = describe::parties(call.caller().as_deref(), call.callees().as_deref());
    let mut head = format!("call {}: ", call.id());
    if !parties.is_empty() {
        _ = write!(head, "{}, ", printable(&parties));
    }
    head.push_str(call.state().as_str());
    if let Some(ending) = call.ending() {
        _ = write!(head, ": {}", printable(&ending));
    }
    head
}

/// A line for each event. The first time is whole, and the others are those since then.
fn rows(history: &CallHistory) -> Vec<String> {
    let first = history.steps().iter().find_map(|step| step.recorded.at);
    let mut has_first = false;
    let times = history.steps().iter().map(|step| match (first, step.recorded.at) {
        (Some(first), Some(at)) if std::mem::replace(&mut has_first, true) => describe::elapsed(first, at),
        (_, Some(at)) => at.to_string(),
        (_, None) => String::new(),
    });
    let times: Vec<_> = times.collect();
    let widest = times.iter().map(String::len).max().unwrap_or_default();
    let states = history.steps().iter().map(|step| step.state.as_str().len()).max().unwrap_or_default();
    let row = |(step, time): (&Step, &String)| {
        let what = describe::event(&step.recorded);
        format!("  {time:>widest$}  {:states$}  {}", step.state.as_str(), printable(&what))
    };
    history.steps().iter().zip(&times).map(row).collect()
}
