//! Describes the contents of logs in plain English, for people. No description contains a secret.

use callfold::call::{CallEvent, Deadline, State, Transition};
use callfold::graph::{
    self, CommsOperation, EndCode, Identity, IdentitySet, OperationStatus, Participant, ParticipantInfo,
    ResultInfo,
};
use callfold::jiff::SignedDuration;
use callfold::{FindingKind, Recorded, Summary, operation};

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

/// The end of a call or of an operation: the code, the subcode, and their meaning.
///
/// ```
/// use callfold::graph::EndCode;
///
/// let ended = EndCode::PeerEnded.result_info();
/// assert_eq!(callfold_view::describe::ending(&ended), "200/4521 The peer ended the call.");
/// ```
pub fn ending(result: &ResultInfo) -> String {
    let codes = [result.code.value(), result.subcode.value()].into_iter().flatten().map(i32::to_string);
    let codes = codes.collect::<Vec<_>>().join("/");
    // A success without a subcode has the codes of a played prompt, but only for a prompt do they mean that it was played.
    let known = EndCode::of(result).filter(|code| *code != EndCode::PromptPlayed);
    let known = known.map(|code| code.meaning().to_owned());
    let message = result.message.value().map(|message| message.trim().to_owned());
    let meaning = known.or(message).unwrap_or_default();
    [codes, meaning].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
}

/// True for a call that ended badly: its code is neither 0 nor 2xx, or its subcode says that the call did not come about.
/// False for a call that goes on, and for one without a code.
///
/// ```
/// use callfold::{Call, Recorded, Summary};
///
/// let log = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"offered","data":{}}
/// {"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":2,"type":"terminated","data":{"resultInfo":{"code":200,"subcode":5855}}}"#;
/// let mut lines = log.lines().map(str::parse::<Recorded>);
/// let mut call = Call::begin(lines.next().expect("a first line")?)?;
/// assert!(!callfold_view::describe::ended_badly(&Summary::from(&call)));
/// call.evolve(lines.next().expect("a second line")?)?;
/// assert!(callfold_view::describe::ended_badly(&Summary::from(&call)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn ended_badly(call: &Summary<'_>) -> bool {
    let is_bad = |result: &ResultInfo| {
        let is_success = |code: &i32| *code == 0 || (200..300).contains(code);
        let never_came_about = || {
            let known = EndCode::of(result);
            matches!(known, Some(EndCode::NobodyJoined | EndCode::NoHost | EndCode::LobbyTimedOut))
        };
        result.code.value().is_some_and(|code| !is_success(code) || never_came_about())
    };
    !call.state().is_live() && call.result_info().is_some_and(is_bad)
}

/// The party that began the call: a display name, else an id. `None` if neither was reported.
///
/// ```
/// let call: callfold::graph::Call =
///     callfold::serde_json::from_str(r#"{"source":{"identity":{"phone":{"id":"+12065550100"}}}}"#)?;
/// assert_eq!(callfold_view::describe::from(&call).as_deref(), Some("+12065550100"));
/// # Ok::<(), callfold::serde_json::Error>(())
/// ```
pub fn from(call: &graph::Call) -> Option<String> {
    call.source.value().and_then(|source| party(source))
}

/// The parties that were called, separated by commas: display names, else ids. `None` if none was reported.
///
/// ```
/// let call: callfold::graph::Call = callfold::serde_json::from_str(
///     r#"{"targets":[{"identity":{"user":{"displayName":"Zoë"}}},{"identity":{"user":{"id":"1"}}}]}"#,
/// )?;
/// assert_eq!(callfold_view::describe::to(&call).as_deref(), Some("Zoë, 1"));
/// # Ok::<(), callfold::serde_json::Error>(())
/// ```
pub fn to(call: &graph::Call) -> Option<String> {
    let targets = call.targets.value().into_iter().flatten();
    let names = targets.filter_map(|target| identity(target.identity.value()?)).collect::<Vec<_>>();
    Some(names.join(", ")).filter(|names| !names.is_empty())
}

/// A party of a call: a display name, else an id. `None` if it has neither.
pub(crate) fn party(info: &ParticipantInfo) -> Option<String> {
    info.identity.value().and_then(|set| identity(set))
}

/// The display name of a participant. Without a display name, this is an id. Without an id, this is
/// `somebody`.
///
/// ```
/// use callfold::graph::Participant;
///
/// let participant: Participant = callfold::serde_json::from_str(r#"{"info":{"identity":{"user":{"displayName":"Zoë","id":"1"}}}}"#)?;
/// assert_eq!(callfold_view::describe::participant(&participant), "Zoë");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn participant(participant: &Participant) -> String {
    let named = participant.info.value().and_then(|info| info.identity.value()).and_then(|set| identity(set));
    named.or_else(|| participant.id.value().map(ToString::to_string)).unwrap_or_else(|| "somebody".into())
}

/// The display name of an identity set, or its id if it has no display name. `None` if it has neither.
///
/// ```
/// use callfold::graph::IdentitySet;
///
/// let set: IdentitySet = callfold::serde_json::from_str(r#"{"phone":{"id":"+12065550100"}}"#)?;
/// assert_eq!(callfold_view::describe::identity(&set).as_deref(), Some("+12065550100"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn identity(set: &IdentitySet) -> Option<String> {
    let all = [
        &set.user,
        &set.guest,
        &set.phone,
        &set.application,
        &set.application_instance,
        &set.azure_communication_services_user,
        &set.on_premises,
        &set.device,
        &set.encrypted,
    ];
    let name_or_id = |one: &Identity| {
        let name = one.display_name.value().filter(|name| !name.trim().is_empty()).cloned();
        name.or_else(|| one.id.value().map(ToString::to_string))
    };
    all.into_iter().filter_map(|one| one.value()).find_map(|one| name_or_id(one))
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
        CallEvent::RosterUpdated(roster) => people(&roster.participants),
        CallEvent::ContentSharingStarted(_) => "Content sharing started.".into(),
        CallEvent::ContentSharingEnded(_) => "Content sharing ended.".into(),
        CallEvent::OperationCreated(operation) => created(operation),
        CallEvent::OperationUpdated(operation) => format!("{} was updated.", operation.kind().as_str()),
        CallEvent::OperationStep(transition, operation) => {
            let ended = operation.result_info.value().map(|result| format!(": {}", ending(result)));
            format!(
                "{} {}{}",
                operation.kind().as_str(),
                done(*transition),
                ended.unwrap_or_else(|| ".".into())
            )
        }
        CallEvent::NotificationHeard(_) => "A notification was received.".into(),
        CallEvent::Service(event) => format!("The service: {}.", spaced(event.kind().as_str())),
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

/// The first event of an operation. Some operations are first reported when they are already settled.
fn created(operation: &CommsOperation) -> String {
    let kind = operation.kind().as_str();
    let ended =
        || operation.result_info.value().map_or_else(|| ".".into(), |result| format!(": {}", ending(result)));
    let settled = |state: &str| format!("{kind} was first reported when it had {state}{}", ended());
    match operation.status.value().map(OperationStatus::as_str) {
        Some("completed") => settled("completed"),
        Some("failed") => settled("failed"),
        _ => format!("{kind} was requested."),
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
        FindingKind::NothingFound => "nothing about a call",
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

/// A duration in hours, minutes and seconds: `1:02:03`, `2:03`, `0:04`.
pub fn duration(duration: SignedDuration) -> String {
    let seconds = duration.as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

fn people(participants: &[Participant]) -> String {
    let (gone, here): (Vec<_>, Vec<_>) =
        participants.iter().partition(|one| one.removed_state.value().is_some());
    let list = |people: &[&Participant], did: &str| {
        let names: Vec<_> = people.iter().map(|one| participant(one)).collect();
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
