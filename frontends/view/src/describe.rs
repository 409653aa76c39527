//! Describes the contents of logs in plain English, for people. No description contains a secret.

use callfold::call::{Call, CallEvent, Deadline, PartyRequest, State, Transition};
use callfold::graph::{CommsOperation, OperationStatus, Participant, ResultInfo};
use callfold::jiff::{SignedDuration, Timestamp};
use callfold::{Finding, FindingKind, OperationSummary, Recorded, operation};

/// The meaning of a state of a call, as a phrase in lower case without a full stop, such as `connected`.
pub const fn state(state: State) -> &'static str {
    match state {
        State::Incoming => "offered to the app, not answered yet",
        State::Establishing => "being set up",
        State::Ringing => "the callee is being alerted",
        State::Established => "connected",
        State::Hold => "on hold",
        State::Transferring => "being transferred",
        State::TransferAccepted => "the transfer was accepted",
        State::Redirecting => "being redirected",
        State::Terminating => "ending",
        State::Terminated => "over",
    }
}

/// Who called whom, such as `Adele Vance → Alex Wilber`. The text is empty if neither is known.
///
/// ```
/// use callfold_view::describe::parties;
///
/// assert_eq!(parties(Some("Adele Vance"), Some("Alex Wilber")), "Adele Vance → Alex Wilber");
/// assert_eq!(parties(Some("Adele Vance"), None), "from Adele Vance");
/// ```
pub fn parties(caller: Option<&str>, callees: Option<&str>) -> String {
    let named = |name: Option<&str>| name.is_some_and(|name| !name.trim().is_empty());
    match (caller.filter(|_| named(caller)), callees.filter(|_| named(callees))) {
        (None, None) => String::new(),
        (Some(caller), None) => format!("from {caller}"),
        (None, Some(callees)) => format!("to {callees}"),
        (Some(caller), Some(callees)) => format!("{caller} → {callees}"),
    }
}

/// The names of the people who are in a call now, each as [`Participant::name`] gives it. Before a roster was reported, these are the
/// source, the targets and the app.
pub fn people(call: &Call) -> Vec<String> {
    if call.has_roster() { call.participants().map(Participant::name).collect() } else { call.parties() }
}

/// An event in one sentence.
///
/// ```
/// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"offered","data":{}}"#;
/// assert_eq!(callfold_view::describe::event(&line.parse()?), "The call was offered.");
/// # Ok::<(), callfold::LineError>(())
/// ```
pub fn event(recorded: &Recorded) -> String {
    let text = match &recorded.event {
        CallEvent::Offered(_) => "The call was offered.".into(),
        CallEvent::Placed(_) => "The app placed the call.".into(),
        CallEvent::Adopted(_) => "The call was first seen in progress.".into(),
        CallEvent::Step(transition, _) => step(*transition).into(),
        CallEvent::StateConfirmed(confirmed) => {
            format!("A late notification confirmed the state {}.", confirmed.state)
        }
        CallEvent::DetailsChanged(_) => "Details of the call changed.".into(),
        CallEvent::ToneReceived(tone) => {
            format!("Key pressed: {}.", tone.tone.value().map_or("unknown", |tone| key(tone.as_str())))
        }
        CallEvent::RosterUpdated(updated) => roster(&updated.participants),
        CallEvent::ContentSharingStarted(_) => "Content sharing started.".into(),
        CallEvent::ContentSharingEnded(_) => "Content sharing ended.".into(),
        CallEvent::OperationCreated(operation) => created(operation, &named(recorded.event.party_requests())),
        CallEvent::OperationUpdated(operation) => format!("{} was updated.", operation.kind().as_str()),
        CallEvent::OperationStep(transition, operation) => {
            let ended = operation.result_info.value().map(|result| format!(": {result}"));
            format!(
                "{} {}{}",
                operation.kind().as_str(),
                done(*transition),
                ended.unwrap_or_else(|| ".".into())
            )
        }
        CallEvent::NotificationHeard(_) => "A notification was received.".into(),
        CallEvent::Service(event) => {
            let named = named(recorded.event.party_requests());
            format!("The service: {}{named}.", spaced(event.kind().as_str()))
        }
    };
    if recorded.inferred { format!("{text} (Not reported: inferred from a later event.)") } else { text }
}

const fn step(transition: Transition) -> &'static str {
    match transition {
        Transition::Answered => "The app answered.",
        Transition::Redirected => "The app redirected the call.",
        Transition::Alerted => "The callee is being alerted.",
        Transition::Established => "The call is connected.",
        Transition::Held => "The call was put on hold.",
        Transition::Resumed => "The call was taken off hold.",
        Transition::TransferStarted => "A transfer started.",
        Transition::TransferAccepted => "The transfer was accepted.",
        Transition::TransferFailed => "The transfer failed; the call goes on.",
        Transition::TerminationStarted => "The call is ending.",
        Transition::Terminated => "The call is over.",
    }
}

const fn done(transition: operation::Transition) -> &'static str {
    match transition {
        operation::Transition::Started => "started",
        operation::Transition::Completed => "completed",
        operation::Transition::Failed => "failed",
    }
}

/// The parties that a request names, and the calls that it replaces.
fn named(requests: Vec<PartyRequest>) -> String {
    let named: Vec<_> = requests.iter().map(ToString::to_string).collect();
    if named.is_empty() { String::new() } else { format!(" ({})", named.join("; ")) }
}

/// The first event of an operation. Some operations are first reported when they are already settled.
fn created(operation: &CommsOperation, named: &str) -> String {
    let kind = operation.kind().as_str();
    let ended = || operation.result_info.value().map_or_else(|| ".".into(), |result| format!(": {result}"));
    let settled = |state: &str| format!("{kind} was first reported when it had {state}{}", ended());
    match operation.status.value().map(OperationStatus::as_str) {
        Some("completed") => settled("completed"),
        Some("failed") => settled("failed"),
        _ => format!("{kind} was requested{named}."),
    }
}

/// What a kind of finding means, as a phrase in lower case without a full stop.
///
/// ```
/// use callfold::FindingKind;
///
/// assert_eq!(callfold_view::describe::finding(FindingKind::Gap), "not reported, inferred");
/// ```
pub const fn finding(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::Adopted => "first seen in progress, its beginning is missing",
        FindingKind::Repeat => "reported again, nothing new",
        FindingKind::Late => "reported after a later state",
        FindingKind::Gap => "not reported, inferred",
        FindingKind::AfterEnd => "reported after the end, dropped",
        FindingKind::Impossible => "no transition leads there",
        FindingKind::Orphan => "the call ended before an operation did",
        FindingKind::Duplicate => "the same message or line again",
        FindingKind::Conflict => "one revision, two different events",
        FindingKind::RevisionGap => "revisions are missing",
        FindingKind::Refused => "an event was refused",
        FindingKind::Malformed => "cannot be read",
        FindingKind::UnknownResource => "not known to this version",
        FindingKind::Noise => "other text, skipped",
        FindingKind::Grew => "the log changed while it was read",
        FindingKind::OperationFailed => "an operation failed",
        FindingKind::Unfinished => "not ended when the log ended",
        FindingKind::NothingFound => "nothing about a call",
        FindingKind::NewestFirst => "newest first, read from the end",
        FindingKind::Empty => "contains nothing",
        FindingKind::Unordered => "times run backwards",
        FindingKind::TooLarge => "too large, skipped",
        _ => "another kind of finding",
    }
}

/// The meaning of a deadline, as a phrase in lower case without a full stop, such as `the app must answer`.
pub const fn deadline(deadline: Deadline) -> &'static str {
    match deadline {
        Deadline::Answer => "the app must answer",
        Deadline::Redirect => "the redirect must succeed",
        Deadline::Ring => "the callee must answer",
        Deadline::KeepAlive => "the app must keep the call alive",
        Deadline::InitialSilence => "somebody must begin to speak",
        Deadline::Silence => "silence ends the recording",
        Deadline::RecordDuration => "the recording reaches its maximum",
    }
}

/// A tone as the key on a telephone: `tone5` is `5`, `pound` is `#`. A tone without a key is returned as it is.
pub fn key(tone: &str) -> &str {
    match tone {
        "star" => "*",
        "pound" => "#",
        "a" => "A",
        "b" => "B",
        "c" => "C",
        "d" => "D",
        _ => tone.strip_prefix("tone").filter(|digit| !digit.is_empty()).unwrap_or(tone),
    }
}

/// A duration in days, hours, minutes and seconds: `1d 10:02:03`, `1:02:03`, `2:03`, `0:04`.
///
/// ```
/// use callfold::jiff::SignedDuration;
/// use callfold_view::describe::duration;
///
/// assert_eq!(duration(SignedDuration::from_secs(123)), "2:03");
/// assert_eq!(duration(SignedDuration::from_hours(34)), "1d 10:00:00");
/// ```
pub fn duration(duration: SignedDuration) -> String {
    let seconds = duration.as_secs();
    let (days, hours, minutes, seconds) =
        (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    match (days, hours) {
        (0, 0) => format!("{minutes}:{seconds:02}"),
        (0, _) => format!("{hours}:{minutes:02}:{seconds:02}"),
        _ => format!("{days}d {hours:02}:{minutes:02}:{seconds:02}"),
    }
}

/// The time since an earlier one, to the millisecond: `+0:02.250`, `+1d 10:00:00.000`. It begins with `-` if `at` is before
/// `first`.
pub fn elapsed(first: Timestamp, at: Timestamp) -> String {
    let since = at.duration_since(first);
    let sign = if since.is_negative() { '-' } else { '+' };
    format!("{sign}{}.{:03}", duration(since.abs()), since.abs().subsec_millis())
}

/// A finding: its kind and its message.
pub fn finding_text(finding: &Finding) -> String {
    format!("{}: {}", finding.kind, finding.message)
}

/// An operation: its kind, its state, and whether its call ended before it did.
pub fn operation(operation: &OperationSummary<'_>) -> String {
    let orphaned = if operation.is_orphaned { ", orphaned" } else { "" };
    format!("{} {}{orphaned}", operation.kind.as_str(), operation.state)
}

/// Why an operation failed: its result where it failed, whatever the code, and where it completed with a code that
/// is no success.
///
/// ```
/// use callfold::{graph::ResultInfo, operation::State, serde_json};
/// use callfold_view::describe::failure;
///
/// let result: ResultInfo = serde_json::from_str(r#"{"code":200,"subcode":8508}"#)?;
/// assert!(failure(State::Failed, Some(&result)).is_some());
/// assert!(failure(State::Completed, Some(&result)).is_none());
/// # Ok::<(), serde_json::Error>(())
/// ```
pub fn failure(state: operation::State, result: Option<&ResultInfo>) -> Option<&ResultInfo> {
    result.filter(|result| state == operation::State::Failed || !result.is_success())
}

fn roster(participants: &[Participant]) -> String {
    let (gone, here): (Vec<_>, Vec<_>) =
        participants.iter().partition(|one| one.removed_state.value().is_some());
    let list = |people: &[&Participant], did: &str| {
        let names: Vec<_> = people.iter().map(|one| one.name()).collect();
        (!names.is_empty()).then(|| format!("{did}: {}", names.join(", ")))
    };
    let parts = [list(&here, "on the roster"), list(&gone, "left")].into_iter().flatten();
    let parts: Vec<_> = parts.collect();
    if parts.is_empty() { "The roster is empty.".into() } else { format!("{}.", capital(&parts.join("; "))) }
}

fn capital(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
}

/// A name in camel case as separate words: `recordingStatusUpdated` as `recording status updated`.
fn spaced(name: &str) -> String {
    let mut words = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() {
            words.push(' ');
        }
        words.extend(letter.to_lowercase());
    }
    words
}
