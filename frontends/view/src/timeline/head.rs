//! The heading and the description of the picture.

use callfold::Summary;
use callfold::call::State;

use super::clock;
use super::letters::{count, tidy};
use super::operations::outcome;
use super::sheet::Sheet;
use crate::describe;

/// How many items of a kind the description names.
const FEW: usize = 12;

/// The call.
pub(super) fn title(sheet: &Sheet<'_>) -> String {
    let direction =
        sheet.history.last().direction().map(|direction| format!(", {}", tidy(direction.as_str())));
    format!("Call {}{}", sheet.history.id(), direction.unwrap_or_default())
}

/// How the call ended.
pub(super) fn ending(sheet: &Sheet<'_>) -> String {
    let last = sheet.history.last();
    let summary = Summary::from(last);
    let result = summary.ending().map(|ending| tidy(&ending)).filter(|ending| !ending.is_empty());
    match (last.state(), result) {
        (State::Terminated, Some(result)) if summary.has_ended_badly() => {
            format!("Ended badly: {result}")
        }
        (State::Terminated, Some(result)) => format!("Ended: {result}"),
        (State::Terminated, None) => "Ended without a reported result".into(),
        (state, _) => format!("Not ended at the last event: {state} ({})", describe::state(state)),
    }
}

/// The time of the call, and the numbers of events and findings.
pub(super) fn extent(sheet: &Sheet<'_>) -> String {
    let first = sheet.history.times().into_iter().flatten().next();
    let times = first.map_or_else(
        || "no times in the log".into(),
        |first| format!("from {first}, for {}", clock::duration(sheet.scale.duration())),
    );
    let mut parts = vec![times, count(sheet.history.steps().len(), "event")];
    let findings = sheet.history.findings().len();
    parts.extend((findings > 0).then(|| count(findings, "finding")));
    parts.join(" · ")
}

/// The description in words, for readers who do not see the picture.
pub(super) fn description(sheet: &Sheet<'_>) -> String {
    let history = sheet.history;
    let states = history
        .state_spans()
        .into_iter()
        .map(|state_span| format!("{} at {}", state_span.state, sheet.when(state_span.from)));
    let operations = history.operations().into_iter().map(|span| format!("{} {}", span.kind, outcome(&span)));
    let people = history.presences().into_iter().map(|presence| short(&presence.name));
    let keys = history.tones().into_iter().map(|received| short(describe::key(&received.tone)));
    let missed = history.deadlines().into_iter().filter(|armed| armed.is_missed);
    let missed = missed.map(|armed| describe::deadline(armed.deadline).to_owned());
    let findings = history.worst_findings().into_iter().map(|located| &located.finding);
    let findings = findings.map(|finding| short(&describe::finding_text(finding)));
    let parts = [
        listed("States", states),
        listed("Operations", operations),
        listed("Participants", people),
        listed("Keys", keys),
        listed("Deadlines missed", missed),
        listed("Findings", findings),
    ];
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    format!("{}. {}. {}", ending(sheet).trim_end_matches('.'), extent(sheet), parts.join(" "))
}

fn short(words: &str) -> String {
    tidy(words).chars().take(120).collect()
}

fn listed(what: &str, all: impl Iterator<Item = String>) -> Option<String> {
    let all: Vec<_> = all.collect();
    let rest = all.len().saturating_sub(FEW);
    let mut few: Vec<_> = all.into_iter().take(FEW).collect();
    few.extend((rest > 0).then(|| format!("… and {rest} more")));
    (!few.is_empty()).then(|| format!("{what}: {}.", few.join(", ")))
}
