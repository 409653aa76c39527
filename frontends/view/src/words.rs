//! Plain words for what stands in logs. No secret comes through here.

use callfold::call::{CallEvent, Deadline, State, Transition};
use callfold::graph::{
    CommsOperation, EndCode, Identity, IdentitySet, OperationStatus, Participant, ResultInfo,
};
use callfold::jiff::SignedDuration;
use callfold::{Recorded, operation};

/// What a state of a call means.
///
/// ```
/// use callfold::call::State;
///
/// assert_eq!(callfold_view::words::state(State::Incoming), "offered to the app, not answered yet");
/// ```
pub const fn state(state: State) -> &'static str {
    match state {
        State::Incoming => "offered to the app, not answered yet",
        State::Establishing => "being set up",
        State::Ringing => "the callee is alerted",
        State::Established => "connected",
        State::Hold => "on hold",
        State::Transferring => "being transferred",
        State::TransferAccepted => "the transfer was accepted",
        State::Redirecting => "being sent to somebody else",
        State::Terminating => "ending",
        State::Terminated => "over",
    }
}

/// How a call or an operation ended: its codes, and what they mean.
///
/// ```
/// use callfold::graph::EndCode;
///
/// let ended = EndCode::PeerEnded.result_info();
/// assert_eq!(callfold_view::words::ending(&ended), "200/4521 The peer ended the call.");
/// ```
pub fn ending(result: &ResultInfo) -> String {
    let codes = [result.code.value(), result.subcode.value()].into_iter().flatten().map(i32::to_string);
    let codes = codes.collect::<Vec<_>>().join("/");
    // What is over without a subcode went well; only of a prompt does it mean that it was played.
    let known = EndCode::of(result).filter(|code| *code != EndCode::PromptPlayed);
    let known = known.map(|code| code.meaning().to_owned());
    let reported = result.message.value().map(|message| message.trim().to_owned());
    let meaning = known.or(reported).unwrap_or_default();
    [codes, meaning].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Who a participant is: a name where one is told, an id where none is.
///
/// ```
/// use callfold::graph::Participant;
///
/// let reported: Participant = serde_json::from_str(r#"{"info":{"identity":{"user":{"displayName":"Zoë","id":"1"}}}}"#)?;
/// assert_eq!(callfold_view::words::participant(&reported), "Zoë");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn participant(reported: &Participant) -> String {
    let named = reported.info.value().and_then(|info| info.identity.value()).and_then(|set| identity(set));
    named.or_else(|| reported.id.value().map(ToString::to_string)).unwrap_or_else(|| "somebody".into())
}

/// Whom an identity set names, where it names somebody.
///
/// ```
/// use callfold::graph::IdentitySet;
///
/// let reported: IdentitySet = serde_json::from_str(r#"{"phone":{"id":"+12065550100"}}"#)?;
/// assert_eq!(callfold_view::words::identity(&reported).as_deref(), Some("+12065550100"));
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
    let reported = |one: &Identity| {
        let name = one.display_name.value().filter(|name| !name.trim().is_empty()).cloned();
        name.or_else(|| one.id.value().map(ToString::to_string))
    };
    all.into_iter().filter_map(|one| one.value()).find_map(|one| reported(one))
}

/// What happened, in a line.
///
/// ```
/// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"offered","data":{}}"#;
/// assert_eq!(callfold_view::words::event(&line.parse()?), "The call was offered.");
/// # Ok::<(), callfold::LineError>(())
/// ```
pub fn event(recorded: &Recorded) -> String {
    let reported = match &recorded.event {
        CallEvent::Offered(_) => "The call was offered.".into(),
        CallEvent::Placed(_) => "The app placed the call.".into(),
        CallEvent::Adopted(_) => "The call was found under way.".into(),
        CallEvent::Step(transition, _) => step(*transition).into(),
        CallEvent::StateConfirmed(confirmed) => format!("{} was told at last.", confirmed.state),
        CallEvent::DetailsChanged(_) => "Details of the call changed.".into(),
        CallEvent::ToneReceived(tone) => {
            format!(
                "Key pressed: {}.",
                tone.tone.value().map_or("one without a name", |tone| key(tone.as_str()))
            )
        }
        CallEvent::RosterUpdated(roster) => people(&roster.participants),
        CallEvent::ContentSharingStarted(_) => "Somebody began to share content.".into(),
        CallEvent::ContentSharingEnded(_) => "Shared content ended.".into(),
        CallEvent::OperationCreated(reported) => begun(reported),
        CallEvent::OperationUpdated(reported) => format!("{} told more.", reported.kind().as_str()),
        CallEvent::OperationStep(transition, reported) => {
            let ended = reported.result_info.value().map(|result| format!(": {}", ending(result)));
            format!(
                "{} {}{}",
                reported.kind().as_str(),
                done(*transition),
                ended.unwrap_or_else(|| ".".into())
            )
        }
        CallEvent::NotificationHeard(_) => "A delivery was taken in.".into(),
        CallEvent::Service(event) => format!("The service: {}.", spaced(event.kind().as_str())),
        _ => format!("{}.", spaced(recorded.event.kind().as_str())),
    };
    if recorded.inferred {
        format!("{reported} (Never told: inferred from what came after.)")
    } else {
        reported
    }
}

const fn step(transition: Transition) -> &'static str {
    match transition {
        Transition::Answered => "The app answered.",
        Transition::Redirected => "The app sent the call to somebody else.",
        Transition::Alerted => "The callee is alerted.",
        Transition::Established => "The call is connected.",
        Transition::Held => "The call was put on hold.",
        Transition::Resumed => "The call was taken off hold.",
        Transition::TransferStarted => "A transfer began.",
        Transition::TransferAccepted => "The transfer was accepted.",
        Transition::TransferFailed => "The transfer failed; the call goes on.",
        Transition::TerminationStarted => "The call is ending.",
        Transition::Terminated => "The call is over.",
    }
}

const fn done(transition: operation::Transition) -> &'static str {
    match transition {
        operation::Transition::Started => "began to run",
        operation::Transition::Completed => "completed",
        operation::Transition::Failed => "failed",
    }
}

/// An operation that is first heard of: some are never told before they are settled.
fn begun(reported: &CommsOperation) -> String {
    let kind = reported.kind().as_str();
    let ended =
        || reported.result_info.value().map_or_else(|| ".".into(), |result| format!(": {}", ending(result)));
    let received = |state: &str| format!("{kind} was first heard of when it had {state}{}", ended());
    match reported.status.value().map(OperationStatus::as_str) {
        Some("completed") => received("completed"),
        Some("failed") => received("failed"),
        _ => format!("{kind} was asked for."),
    }
}

/// What a deadline waits for.
///
/// ```
/// use callfold::call::Deadline;
///
/// assert_eq!(callfold_view::words::deadline(Deadline::Answer), "the app must answer");
/// ```
pub const fn deadline(deadline: Deadline) -> &'static str {
    match deadline {
        Deadline::Answer => "the app must answer",
        Deadline::Redirect => "the redirect must succeed",
        Deadline::Ring => "the callee must answer",
        Deadline::KeepAlive => "the app must keep the call alive",
        Deadline::InitialSilence => "somebody must begin to speak",
        Deadline::Silence => "silence ends the recording",
        Deadline::RecordDuration => "the recording reaches its maximum",
        _ => "a deadline",
    }
}

/// A key of a telephone as it is printed on one: `tone5` is `5`.
///
/// ```
/// assert_eq!(callfold_view::words::key("tone5"), "5");
/// assert_eq!(callfold_view::words::key("pound"), "#");
/// ```
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

/// Hours, minutes and seconds: `1:02:03`, `2:03`, `0:04`.
///
/// ```
/// use callfold::jiff::SignedDuration;
///
/// assert_eq!(callfold_view::words::clock(SignedDuration::from_secs(3723)), "1:02:03");
/// ```
pub fn clock(duration: SignedDuration) -> String {
    let seconds = duration.as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

fn people(reported: &[Participant]) -> String {
    let (gone, here): (Vec<_>, Vec<_>) = reported.iter().partition(|one| one.removed_state.value().is_some());
    let list = |people: &[&Participant], did: &str| {
        let names: Vec<_> = people.iter().map(|one| participant(one)).collect();
        (!names.is_empty()).then(|| format!("{did}: {}", names.join(", ")))
    };
    let reported = [list(&here, "on the roster"), list(&gone, "left")].into_iter().flatten();
    let reported: Vec<_> = reported.collect();
    if reported.is_empty() {
        "The roster is empty.".into()
    } else {
        format!("{}.", capital(&reported.join("; ")))
    }
}

fn capital(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
}

/// `recordingStatusUpdated` as words.
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
