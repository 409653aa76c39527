//! What the picture is of, in words.

use callfold::call::State;

use super::clock;
use super::letters::{count, tidy};
use super::operations::how;
use super::sheet::Sheet;
use crate::words;

/// How many things of a kind the description names.
const FEW: usize = 12;

/// Which call it is.
pub(super) fn title(sheet: &Sheet<'_>) -> String {
    let direction = sheet.story.last().direction().map(|reported| format!(", {}", tidy(reported.as_str())));
    format!("Call {}{}", sheet.story.id(), direction.unwrap_or_default())
}

/// How it ended.
pub(super) fn ending(sheet: &Sheet<'_>) -> String {
    let last = sheet.story.last();
    let result =
        last.result_info().map(|result| tidy(&words::ending(result))).filter(|ending| !ending.is_empty());
    match (last.state(), result) {
        (State::Terminated, Some(result)) => format!("Over: {result}"),
        (State::Terminated, None) => "Over; how it ended was not told".into(),
        (state, _) => format!("Not over where the events end: {state} ({})", words::state(state)),
    }
}

/// When it was and how much is told of it.
pub(super) fn extent(sheet: &Sheet<'_>) -> String {
    let first = sheet.story.times().into_iter().flatten().next();
    let times = first.map_or_else(
        || "no times told".into(),
        |first| format!("from {first}, for {}", clock::duration(sheet.scale.whole())),
    );
    let mut reported = vec![times, count(sheet.story.steps().len(), "event")];
    let findings = sheet.story.findings().len();
    reported.extend((findings > 0).then(|| count(findings, "finding")));
    reported.join(" · ")
}

/// All of it, for whoever does not see the picture.
pub(super) fn description(sheet: &Sheet<'_>) -> String {
    let story = sheet.story;
    let states = story
        .state_spans()
        .into_iter()
        .map(|state_span| format!("{} at {}", state_span.state, sheet.when(state_span.from)));
    let operations = story.operations().into_iter().map(|span| format!("{} {}", span.kind, how(&span)));
    let people = story.presences().into_iter().map(|presence| short(&presence.name));
    let keys = story.tones().into_iter().map(|received_tones| short(words::key(&received_tones.tone)));
    let missed = story.deadlines().into_iter().filter(|armed| armed.is_missed);
    let missed = missed.map(|armed| words::deadline(armed.deadline).to_owned());
    let findings = story.findings().iter().map(|placed| short(&placed.finding.to_string()));
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
