//! Deadlines: what happens if nobody acts, at the time of the deadline and however late the host polls.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use crate::common::requesting::service_hosted;
use crate::common::{call_id, properties, read};
use callfold::call::{
    AppIdentity, Call, CallEnd, Command, Deadline, Ending, EventKind, NetworkEvent, Reply, RequestContext,
    State, StopReason, TransferFailure,
};
use callfold::graph::{EndCode, MediaState, Method, Permission, Route, Tone};
use callfold::{Applied, Ledger, Recorded, Refusal};
use jiff::{SignedDuration, Timestamp};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use uuid::Uuid;

const MINUTE: i64 = 60;

/// The time that is this number of seconds after nine o'clock.
fn at(second: i64) -> Timestamp {
    let nine: Timestamp = "2026-11-23T09:00:00Z".parse().unwrap();
    nine + SignedDuration::from_secs(second)
}

/// A service. Its deadlines expire when it is polled and when it gets a request.
#[derive(Clone, Default)]
struct Host {
    ledger: Ledger,
    log: Vec<Recorded>,
    operations: u128,
}

impl Host {
    fn take(&mut self, events: Vec<Recorded>) {
        for recorded in events {
            assert_eq!(self.ledger.apply(&recorded), Ok(Applied::Folded), "{recorded}");
            self.log.push(recorded);
        }
    }

    fn poll(&mut self, now: Timestamp) {
        loop {
            let events = self.ledger.expire(now);
            if events.is_empty() {
                return;
            }
            self.take(events);
        }
    }

    fn request(&mut self, method: Method, body: &Value, now: Timestamp) -> Result<Reply, Refusal> {
        self.operations += 1;
        let is_new = method == Method::CreateCall;
        let id = (!is_new).then(call_id);
        let new_id = if is_new { call_id().guid() } else { Uuid::from_u128(self.operations) };
        let command = Command::read(&Route::new(method, id, None), body.to_string().as_bytes());
        let decision = self.ledger.decide(
            id,
            command,
            &RequestContext::new(now, new_id, AppIdentity::new(Permission::ALL)),
        )?;
        self.take(decision.events);
        Ok(decision.reply)
    }

    fn meet(&mut self, network_event: NetworkEvent, now: Timestamp) -> Result<(), Refusal> {
        let events = self.ledger.on_network_event(call_id(), network_event, now)?;
        self.take(events);
        Ok(())
    }

    // The same as above, for requests that must succeed.

    fn requests(mut self, method: Method, body: Value, second: i64) -> Self {
        self.request(method, &body, at(second)).unwrap();
        self
    }

    fn meets(mut self, network_event: NetworkEvent, second: i64) -> Self {
        self.meet(network_event, at(second)).unwrap();
        self
    }

    fn polls(mut self, second: i64) -> Self {
        self.poll(at(second));
        self
    }

    fn call(&self) -> &Call {
        self.ledger.call(call_id()).unwrap()
    }

    /// The deadlines, each with its second.
    fn waits_for(&self) -> Vec<(Deadline, i64)> {
        let second = |due: Timestamp| due.duration_since(at(0)).as_secs();
        self.call().deadlines().iter().map(|due| (due.deadline, second(due.at))).collect()
    }

    /// The last events, each with its second.
    fn last(&self, count: usize) -> Vec<(&str, i64)> {
        let second = |one: &Recorded| one.at.unwrap().duration_since(at(0)).as_secs();
        let last = self.log[self.log.len() - count..].iter();
        last.map(|one| (one.event.kind().as_str(), second(one))).collect()
    }

    /// Checks that nothing is due one second earlier, and that these events happen at that second, whenever
    /// the service is polled afterwards.
    fn expires(&self, second: i64, events: &[&str]) -> Self {
        let due = self.ledger.next_deadline().unwrap().0;
        assert_eq!((due.at, self.call().next_deadline()), (at(second), Some(due)));
        assert_eq!(self.call().expire(at(second - 1)), []);
        assert_eq!(self.ledger.expire(at(second) - SignedDuration::from_nanos(1)), []);
        for late in [0, 1, MINUTE, 10_000 * MINUTE] {
            let expired = self.call().expire(at(second + late));
            let named: Vec<_> = expired.iter().map(|one| one.event.kind().as_str()).collect();
            assert_eq!(named, events);
            assert!(expired.iter().all(|one| one.at == Some(at(second)) && !one.inferred));
            assert_eq!(self.ledger.expire(at(second + late)), expired);
        }
        let mut host = self.clone();
        host.take(self.ledger.expire(at(second)));
        host
    }

    /// The same check for a deadline that ends the call.
    fn ends(&self, second: i64, result: (i32, Option<i32>)) {
        let ended = self.expires(second, &["terminated"]);
        let reported = ended.call().result_info().unwrap();
        assert_eq!((reported.code.value().copied().unwrap(), reported.subcode.value().copied()), result);
        assert_eq!(ended.call().state(), State::Terminated);
        ended.waits_no_more();
    }

    fn waits_no_more(&self) {
        assert_eq!((self.call().deadlines(), self.call().next_deadline()), (&[][..], None));
        assert_eq!(self.ledger.next_deadline(), None);
        assert_eq!(self.ledger.expire(at(10_000 * MINUTE)), []);
    }

    /// The end of an operation.
    fn ended(&self, number: u128) -> (&str, Option<i32>, Option<i32>) {
        let id = Uuid::from_u128(number).into();
        let operation = self.call().operations().iter().find(|one| one.id() == Some(&id)).unwrap();
        let result = operation.resource().result_info.value();
        let code = result.and_then(|result| result.code.value().copied());
        (operation.state().as_str(), code, result.and_then(|result| result.subcode.value().copied()))
    }
}

fn offered(offer: Value) -> Host {
    Host::default().meets(NetworkEvent::Offered(read(offer)), 0)
}

fn create(ringing: Option<i32>) -> Value {
    let target = json!({ "identity": { "user": { "id": "callee" } } });
    json!({
        "callbackUri": "https://bot.contoso.com/callback", "mediaConfig": service_hosted(), "targets": [target],
        "ringingTimeoutInSeconds": ringing,
    })
}

fn placed(ringing: Option<i32>) -> Host {
    Host::default().requests(Method::CreateCall, create(ringing), 0)
}

fn established() -> Host {
    placed(None).meets(NetworkEvent::Connected(None), 0)
}

fn answer() -> Value {
    json!({ "callbackUri": "https://bot.contoso.com/callback", "mediaConfig": service_hosted() })
}

fn redirect(targets: usize, timeout: Option<i32>) -> Value {
    let target = |index| json!({ "identity": { "user": { "id": format!("user-{index}") } } });
    json!({ "targets": (0..targets).map(target).collect::<Vec<_>>(), "timeout": timeout })
}

fn prompt() -> Value {
    json!({ "prompts": [{ "mediaInfo": { "uri": "https://bot.contoso.com/prompt.wav" } }] })
}

/// A recording with these timers, with or without a prompt before it.
fn record(timers: Option<[i32; 3]>, begins_with_a_prompt: bool) -> Value {
    let mut request = if begins_with_a_prompt { prompt() } else { json!({}) };
    if let Some([initial_silence, silence, duration]) = timers {
        request["initialSilenceTimeoutInSeconds"] = initial_silence.into();
        request["maxSilenceTimeoutInSeconds"] = silence.into();
        request["maxRecordDurationInSeconds"] = duration.into();
    }
    request
}

// Answer.

#[test]
fn an_app_has_fifteen_seconds_to_decide_and_five_where_a_policy_records() {
    let recorded = json!({ "incomingContext": { "observedParticipantId": "p" } });
    let elsewhere = json!({ "incomingContext": { "sourceParticipantId": "p" } });
    for (offer, seconds) in [(json!({}), 15), (elsewhere, 15), (recorded, 5)] {
        let host = offered(offer);
        assert_eq!(host.waits_for(), [(Deadline::Answer, seconds)]);
        host.ends(seconds, (408, None));
    }
}

#[test]
fn who_decides_in_time_is_not_timed_out() {
    let answered = offered(json!({})).requests(Method::Answer, answer(), 14);
    assert_eq!(answered.waits_for(), [(Deadline::KeepAlive, 14 + 45 * MINUTE)]);
    offered(json!({})).requests(Method::Reject, json!({}), 14).waits_no_more();
    offered(json!({})).requests(Method::DeleteCall, json!({}), 14).waits_no_more();
}

#[test]
fn a_deadline_at_the_very_time_of_a_command_comes_first() {
    let mut host = offered(json!({}));
    let refusal = host.request(Method::Answer, &answer(), at(15)).unwrap_err();
    assert_eq!((refusal.state, refusal.status()), (Some(State::Terminated), 404));
    assert_eq!(host.log.len(), 1, "a refused command stores nothing");
    host.request(Method::Answer, &answer(), at(14)).unwrap();
    let alive = host.requests(Method::KeepAlive, json!({}), 14 + 45 * MINUTE - 1);
    assert_eq!(
        alive.clone().request(Method::KeepAlive, &json!({}), at(14 + 90 * MINUTE - 1)).unwrap_err().status(),
        404
    );
    let mut ringing = placed(Some(30));
    assert!(ringing.meet(NetworkEvent::Connected(None), at(30)).is_err());
    assert!(ringing.meet(NetworkEvent::hung_up(EndCode::CalleeNotReached), at(30)).is_err());
}

// Redirect.

#[test]
fn a_redirect_waits_for_the_requested_time_or_the_default_of_the_service() {
    let rows = [
        (1, None, 55),
        (2, None, 60),
        (25, None, 60),
        (1, Some(15), 15),
        (2, Some(15), 15),
        (1, Some(90), 90),
        (25, Some(90), 90),
    ];
    for (targets, timeout, seconds) in rows {
        let host = offered(json!({})).requests(Method::Redirect, redirect(targets, timeout), 10);
        assert_eq!(host.waits_for(), [(Deadline::Redirect, 10 + seconds)]);
        host.ends(10 + seconds, (408, None));
        host.meets(NetworkEvent::RedirectAnswered(Box::default()), 10 + seconds - 1).waits_no_more();
    }
}

// Ring.

#[test]
fn a_call_rings_for_the_requested_time() {
    let host = placed(Some(30));
    assert_eq!(host.waits_for(), [(Deadline::Ring, 30), (Deadline::KeepAlive, 45 * MINUTE)]);
    host.ends(30, (408, Some(10057)));
    let alerted = host.clone().meets(NetworkEvent::Alerted, 29);
    alerted.ends(30, (408, Some(10057)));
    let up = alerted.meets(NetworkEvent::Connected(None), 29);
    assert_eq!(up.waits_for(), [(Deadline::KeepAlive, 45 * MINUTE)]);
    let going = host.requests(Method::DeleteCall, json!({}), 29);
    assert_eq!(going.waits_for(), [], "the host says when the call is released");
    assert_eq!(placed(None).waits_for(), [(Deadline::KeepAlive, 45 * MINUTE)]);
}

// Keep alive.

#[test]
fn a_call_that_is_not_kept_alive_ends_after_forty_five_minutes() {
    placed(None).ends(45 * MINUTE, (408, Some(8537)));
    established().ends(45 * MINUTE, (408, Some(8537)));
    established().meets(NetworkEvent::Held, 100).ends(45 * MINUTE, (408, Some(8537)));
    let answered = offered(json!({})).requests(Method::Answer, answer(), 10);
    answered.ends(10 + 45 * MINUTE, (408, Some(8537)));
    answered.meets(NetworkEvent::Connected(None), 20).ends(10 + 45 * MINUTE, (408, Some(8537)));
}

#[test]
fn keeping_a_call_alive_arms_the_deadline_anew() {
    let mut host = established();
    for minute in [15, 59, 103, 104] {
        host = host.requests(Method::KeepAlive, json!({}), minute * MINUTE);
        assert_eq!(host.waits_for(), [(Deadline::KeepAlive, (minute + 45) * MINUTE)]);
    }
    host.ends((104 + 45) * MINUTE, (408, Some(8537)));
    assert_eq!(
        host.request(Method::KeepAlive, &json!({}), at(200 * MINUTE)).unwrap_err().error().code,
        "8522"
    );
}

// The timers of a recording.

#[test]
fn the_timers_of_a_recording_run_with_it() {
    for (timers, [initial_silence, duration]) in [(None, [5, 5]), (Some([1, 2, 120]), [1, 120])] {
        let host = established().requests(Method::RecordResponse, record(timers, false), 100);
        let mut expected =
            [(Deadline::InitialSilence, 100 + initial_silence), (Deadline::RecordDuration, 100 + duration)]
                .to_vec();
        expected.push((Deadline::KeepAlive, 45 * MINUTE));
        assert_eq!(host.waits_for(), expected);
        let failed = host.expires(100 + initial_silence, &["operationFailed"]);
        assert_eq!(failed.ended(2), ("failed", Some(408), None));
        assert_eq!(failed.waits_for(), [(Deadline::KeepAlive, 45 * MINUTE)]);
    }
}

#[test]
fn the_timers_of_a_recording_with_a_prompt_run_once_the_prompt_has_ended() {
    let request = established().requests(Method::RecordResponse, record(None, true), 100);
    assert_eq!(request.waits_for(), [(Deadline::KeepAlive, 45 * MINUTE)]);
    let begins = [
        NetworkEvent::PromptFinished(Ending::completed()),
        NetworkEvent::RecordingStarted { location: None, access_token: None },
    ];
    for begin in begins {
        let host = request.clone().meets(begin, 130);
        let timers = [(Deadline::InitialSilence, 135), (Deadline::RecordDuration, 135)];
        assert_eq!(host.waits_for()[..2], timers);
        // The start of a recording with its location sets no new deadlines.
        let reported = host
            .meets(NetworkEvent::RecordingStarted { location: Some("x".into()), access_token: None }, 133);
        assert_eq!(reported.waits_for()[..2], timers);
    }
}

#[test]
fn speech_disarms_the_initial_silence_and_new_speech_the_silence() {
    let duration = (Deadline::RecordDuration, 220);
    let alive = (Deadline::KeepAlive, 45 * MINUTE);
    let host = established().requests(Method::RecordResponse, record(Some([10, 3, 120]), false), 100);
    let speaking = host.meets(NetworkEvent::SpeechStarted, 109);
    assert_eq!(speaking.waits_for(), [duration, alive]);
    let silent = speaking.meets(NetworkEvent::SpeechEnded, 115);
    assert_eq!(silent.waits_for(), [(Deadline::Silence, 118), duration, alive]);
    let again = silent.clone().meets(NetworkEvent::SpeechStarted, 117);
    assert_eq!(again.waits_for(), [duration, alive]);
    let reached = again.expires(220, &["operationCompleted"]);
    assert_eq!(reached.ended(2), ("completed", Some(200), Some(8515)));
    let done = silent.expires(118, &["operationCompleted"]);
    assert_eq!(done.ended(2), ("completed", Some(200), Some(0)));
    for over in [reached, done] {
        assert_eq!(over.waits_for(), [alive]);
    }
    let silent_again = again.meets(NetworkEvent::SpeechEnded, 119);
    assert_eq!(silent_again.waits_for(), [(Deadline::Silence, 122), duration, alive]);
}

#[test]
fn deadlines_of_the_same_time_come_in_the_order_of_the_table() {
    let recording = established().requests(Method::RecordResponse, record(Some([20, 5, 20]), false), 10);
    let silent = recording.meets(NetworkEvent::SpeechStarted, 11).meets(NetworkEvent::SpeechEnded, 25);
    let timers = [(Deadline::Silence, 30), (Deadline::RecordDuration, 30)];
    assert_eq!(silent.waits_for()[..2], timers);
}

#[test]
fn a_recording_that_is_over_has_no_timers() {
    let request = || established().requests(Method::RecordResponse, record(Some([10, 3, 120]), false), 100);
    let alive = [(Deadline::KeepAlive, 45 * MINUTE)];
    let finished = request().meets(NetworkEvent::RecordingFinished(StopReason::Silence), 101);
    assert_eq!(finished.waits_for(), alive);
    let cancelled = request().requests(Method::CancelMediaProcessing, json!({}), 101);
    assert_eq!(cancelled.waits_for(), alive);
    let speaking = request().meets(NetworkEvent::SpeechStarted, 101);
    let mut barged = record(Some([20, 3, 60]), false);
    barged["bargeInAllowed"] = true.into();
    let overtaken = speaking.requests(Method::RecordResponse, barged, 102);
    let timers = [(Deadline::InitialSilence, 122), (Deadline::RecordDuration, 162)];
    assert_eq!(overtaken.waits_for()[..2], timers, "those of the new one alone");
    request().meets(NetworkEvent::hung_up(EndCode::PeerEnded), 101).waits_no_more();
}

#[test]
fn what_waits_starts_at_the_time_of_the_deadline_and_its_timers_count_from_then() {
    let mut host = established()
        .requests(Method::RecordResponse, record(Some([10, 3, 120]), false), 100)
        .requests(Method::RecordResponse, record(Some([20, 3, 120]), false), 101)
        .requests(Method::PlayPrompt, prompt(), 102);
    host = host.expires(110, &["operationFailed", "operationStarted"]);
    assert_eq!(host.waits_for()[..2], [(Deadline::InitialSilence, 130), (Deadline::RecordDuration, 230)]);
    host = host.expires(130, &["operationFailed", "operationStarted"]);
    assert_eq!(host.waits_for(), [(Deadline::KeepAlive, 45 * MINUTE)]);
    assert_eq!((host.ended(2).0, host.ended(3).0, host.ended(4).0), ("failed", "failed", "running"));
}

// Late polling.

#[test]
fn all_that_was_due_happens_in_order_and_at_its_own_time() {
    let host = established()
        .requests(Method::RecordResponse, record(Some([10, 3, 120]), false), 100)
        .requests(Method::RecordResponse, record(Some([20, 3, 120]), false), 100)
        .polls(10_000 * MINUTE);
    let expected = [
        ("operationFailed", 110),
        ("operationStarted", 110),
        ("operationFailed", 130),
        ("terminated", 45 * MINUTE),
    ];
    assert_eq!(host.last(4), expected);
    host.waits_no_more();
}

#[test]
fn deadlines_that_are_due_expire_before_a_command_or_a_network_event() {
    let recording = established().requests(Method::RecordResponse, record(Some([10, 3, 120]), false), 100);
    let request = recording.clone().requests(Method::PlayPrompt, prompt(), 200);
    let expected = [("operationFailed", 110), ("operationQueued", 200), ("operationStarted", 200)];
    assert_eq!(request.last(3), expected, "it need not wait for what is over");
    let met = recording.clone().meets(NetworkEvent::Held, 200);
    assert_eq!(met.last(2), [("operationFailed", 110), ("held", 200)]);
    let seen = recording.requests(Method::GetCall, json!({}), 200);
    assert_eq!(seen.last(1), [("operationFailed", 110)], "to ask is to look");
}

#[test]
fn from_an_event_without_a_time_no_deadline_is_derived() {
    let lines = [
        ("offered", r#"{"incomingContext":{"observedParticipantId":"p"}}"#),
        ("answered", "{}"),
        ("established", "{}"),
        ("keptAlive", "{}"),
        ("operationQueued", r#"{"operation":{"id":"o","status":"notStarted"},"recordResponse":{}}"#),
        ("operationStarted", r#"{"id":"o"}"#),
        ("speechStarted", r#"{"operation":"o"}"#),
        ("speechEnded", r#"{"operation":"o"}"#),
    ];
    let redirected = [("offered", "{}"), ("redirectRequested", "{}"), ("redirected", "{}")];
    let ringing = [("placed", r#"{"ringingTimeoutInSeconds":30}"#), ("alerted", "{}")];
    for lines in [&lines[..], &redirected, &ringing] {
        let mut host = Host::default();
        for (revision, (event, data)) in lines.iter().enumerate() {
            let head = format!(r#"{{"call":"{}","rev":{}"#, call_id(), revision + 1);
            let line = format!(r#"{head},"type":"{event}","data":{data}}}"#);
            host.take([line.parse().unwrap()].into());
            host.waits_no_more();
        }
    }
}

#[test]
fn an_event_without_a_time_disarms_what_it_would_arm_anew() {
    let mut host = established();
    let next = host.ledger.next_revision(call_id());
    let line = format!(r#"{{"call":"{}","rev":{next},"type":"keptAlive","data":{{}}}}"#, call_id());
    host.take([line.parse().unwrap()].into());
    host.waits_no_more();
}

#[test]
fn an_ended_call_waits_for_nothing() {
    let ends = [NetworkEvent::hung_up(EndCode::PeerEnded), NetworkEvent::MediaFailed(None)];
    for end in ends {
        for host in [offered(json!({})), placed(Some(30)), established()] {
            host.meets(end.clone(), 5).waits_no_more();
        }
    }
}

/// A request or a network event.
#[derive(Clone, Debug)]
enum Step {
    Request(Method, Value),
    Meets(NetworkEvent),
}

fn a_record() -> impl Strategy<Value = Value> {
    let timers = || select(vec![1, 5, 30, 120]);
    (timers(), timers(), timers(), any::<bool>(), prop::bool::weighted(0.2)).prop_map(
        |(initial, silence, duration, has_prompt, barges_in)| {
            let mut request = record(Some([initial, silence, duration]), has_prompt);
            request["bargeInAllowed"] = barges_in.into();
            request["stopTones"] = json!(["#"]);
            request
        },
    )
}

fn a_command() -> impl Strategy<Value = Step> {
    let transfer = json!({ "transferTarget": { "identity": { "user": { "id": "target" } } } });
    let invite = json!({ "participants": [{ "identity": { "user": { "id": "new" } } }] });
    let fixed = [
        (Method::Answer, answer()),
        (Method::Reject, json!({})),
        (Method::Redirect, redirect(1, None)),
        (Method::Redirect, redirect(2, Some(20))),
        (Method::Transfer, transfer),
        (Method::PlayPrompt, prompt()),
        (Method::CancelMediaProcessing, json!({})),
        (Method::SubscribeToTone, json!({})),
        (Method::SendDtmfTones, json!({ "tones": ["tone1"] })),
        (Method::Invite, invite),
        (Method::GetCall, json!({})),
        (Method::DeleteCall, json!({})),
    ];
    prop_oneof![
        4 => select(fixed.to_vec()).prop_map(|(method, body)| Step::Request(method, body)),
        4 => a_record().prop_map(|request| Step::Request(Method::RecordResponse, request)),
        2 => Just(Step::Request(Method::KeepAlive, json!({}))),
    ]
}

fn a_network_event() -> impl Strategy<Value = Step> {
    let place = Some("https://media.contoso.com/recording".to_owned());
    let often = vec![
        NetworkEvent::PromptFinished(Ending::completed()),
        NetworkEvent::RecordingStarted { location: place, access_token: None },
        NetworkEvent::SpeechStarted,
        NetworkEvent::SpeechEnded,
        NetworkEvent::TonePressed(Tone::Pound),
        NetworkEvent::RosterChanged(read(json!([{ "id": "p" }]))),
        NetworkEvent::RecordingFinished(StopReason::Silence),
    ];
    let seldom = vec![
        NetworkEvent::Alerted,
        NetworkEvent::Connected(None),
        NetworkEvent::AudioChanged(MediaState::Active),
        NetworkEvent::Held,
        NetworkEvent::Resumed,
        NetworkEvent::TransferAccepted,
        NetworkEvent::TransferFailed(TransferFailure::default()),
        NetworkEvent::TransferCompleted(CallEnd::default()),
        NetworkEvent::RedirectAnswered(Box::default()),
        NetworkEvent::ContentSharingStarted("session".into()),
        NetworkEvent::operation_finished(Uuid::from_u128(3).into(), Ending::completed()),
        NetworkEvent::hung_up(EndCode::PeerEnded),
    ];
    prop_oneof![2 => select(often), 1 => select(seldom)].prop_map(Step::Meets)
}

/// A step, the milliseconds since the step before, and whether a lazy host polls before it.
fn a_course() -> impl Strategy<Value = Vec<(Step, i64, bool)>> {
    let offer = json!({ "incomingContext": { "observedParticipantId": "p" } });
    let beginnings = vec![
        vec![Step::Meets(NetworkEvent::Offered(Box::default()))],
        vec![Step::Meets(NetworkEvent::Offered(read(offer)))],
        vec![Step::Request(Method::CreateCall, create(Some(30)))],
        vec![
            Step::Request(Method::CreateCall, create(None)),
            Step::Meets(NetworkEvent::Connected(None)),
            Step::Request(Method::SubscribeToTone, json!({})),
        ],
        vec![
            Step::Request(Method::CreateCall, create(None)),
            Step::Meets(NetworkEvent::AudioChanged(MediaState::Active)),
        ],
    ];
    let gap = prop_oneof![
        6 => select(vec![0, 1000, 2000, 5000, 15_000, 30_000]),
        3 => 0_i64..20_000,
        1 => select(vec![44, 45, 46]).prop_map(|minutes| minutes * MINUTE * 1000),
    ];
    let step = prop_oneof![1 => a_command(), 1 => a_network_event()];
    let later = vec((step, gap, any::<bool>()), 1..24);
    (select(beginnings), later).prop_map(|(beginning, later)| {
        beginning.into_iter().map(|step| (step, 0, false)).chain(later).collect()
    })
}

/// When a host polls its deadlines by itself.
#[derive(Clone, Copy, Debug)]
enum Diligence {
    EverySecond,
    Sometimes,
    Never,
}

/// The replies to the steps, and the log.
fn live(course: &[(Step, i64, bool)], diligence: Diligence) -> (Vec<String>, Vec<String>) {
    let (mut host, mut now, mut answers) = (Host::default(), at(0), Vec::new());
    for (step, gap, looks) in course {
        let next = now + SignedDuration::from_millis(*gap);
        match diligence {
            Diligence::EverySecond => {
                while now < next {
                    now = next.min(now + SignedDuration::from_secs(1));
                    host.poll(now);
                }
            }
            Diligence::Sometimes if *looks => host.poll(now + SignedDuration::from_millis(*gap / 2)),
            Diligence::Sometimes | Diligence::Never => {}
        }
        now = next;
        answers.push(match step {
            Step::Request(method, body) => format!("{:?}", host.request(*method, body, now)),
            Step::Meets(network_event) => format!("{:?}", host.meet(network_event.clone(), now)),
        });
    }
    host.poll(now + SignedDuration::from_hours(2));
    (answers, host.log.iter().map(ToString::to_string).collect())
}

properties! {
    512 cases;

    #[test]
    fn late_polling_changes_neither_the_log_nor_an_answer(course in a_course()) {
        let (answers, log) = live(&course, Diligence::EverySecond);
        for lazy in [Diligence::Sometimes, Diligence::Never] {
            let (late_answers, late_log) = live(&course, lazy);
            prop_assert_eq!(&late_log, &log, "{:?}", lazy);
            prop_assert_eq!(&late_answers, &answers, "{:?}", lazy);
        }
        let times: Vec<_> = log.iter().map(|line| line.parse::<Recorded>().unwrap().at).collect();
        prop_assert!(times.is_sorted());
    }
}

#[test]
fn an_adopted_call_that_turns_out_to_be_ending_need_not_be_kept_alive() {
    let line = |revision: u64, name: &str, data: &str| -> Recorded {
        let at = "2026-11-23T09:15:00Z";
        let line = format!(
            r#"{{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":{revision},"at":"{at}","type":"{name}","data":{data}}}"#
        );
        line.parse().unwrap()
    };
    let mut call = Call::begin(line(1, "adopted", "{}")).unwrap();
    call.evolve(line(2, "keptAlive", "{}")).unwrap();
    assert_eq!(call.deadlines().len(), 1);
    let refused = call.clone().evolve(line(3, "resumed", "{}")).unwrap_err();
    assert!(refused.legal.contains(EventKind::Adopted.into()), "its state is a guess: {refused}");
    call.evolve(line(3, "adopted", r#"{"state":"terminating"}"#)).unwrap();
    assert_eq!(call.deadlines(), []);
}
