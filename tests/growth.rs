//! One call that grows: twice the items take about twice the memory traffic, in every function of the core, and eight times the
//! items take nowhere near 64 times the CPU time.
//!
//! The bytes that are allocated are the same in every run. A time is not, so it may rise to three times what is right: what grows
//! with the square of the items rises more. The tests are one program with one test, because the bytes are those of all threads.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, missing_docs, reason = "a test may panic")]

use std::alloc::System;

use callfold::call::{AppIdentity, Call, Command, Delivery, NetworkEvent, RequestContext};
use callfold::graph::{CommsNotification, Permission, Route};
use callfold::jiff::{SignedDuration, Timestamp};
use callfold::log::Format;
use callfold::service::{Batch, Service};
use callfold::uuid::Uuid;
use callfold::{Bot, CallId, Ledger, Notify, Recorded, Replay};
use cpu_time::ThreadTime;
use serde_json::{Value, json};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const CALL: &str = "57dab8b1-894c-409a-b240-bd8beae78896";
const AT: &str = "2026-11-23T09:15:00Z";

/// The smaller number of items; the larger one is twice as many. The CPU time is that of an eighth of the larger one, and of all.
const ITEMS: usize = 800;
/// What twice the items may cost. The steps in which lists grow make it differ from 2.
const MOST: f64 = 2.4;
/// How many times the CPU time eight times the items may take.
const MOST_TIME: f64 = 24.0;

fn id() -> CallId {
    CALL.parse().unwrap()
}

fn guid(number: usize) -> String {
    Uuid::from_u128(number as u128 + 1).to_string()
}

fn event(revision: usize, name: &str, data: &Value) -> Recorded {
    let line = json!({ "call": CALL, "rev": revision, "at": AT, "type": name, "data": data });
    line.to_string().parse().unwrap()
}

fn about(what: &str, data: &Value) -> CommsNotification {
    let url = format!("/communications/calls/{CALL}{what}");
    let json = json!({ "changeType": "updated", "resourceUrl": url, "resourceData": data });
    serde_json::from_value(json).unwrap()
}

/// A call that a bot has answered, in a meeting with delta rosters.
fn established() -> Call {
    let options = json!({
        "@odata.type": "#microsoft.graph.incomingCallOptions",
        "isDeltaRosterEnabled": true,
        "isContentSharingNotificationEnabled": true
    });
    let config = json!({ "@odata.type": "#microsoft.graph.serviceHostedMediaConfig" });
    let details =
        json!({ "callOptions": options, "chatInfo": { "threadId": "19:a" }, "mediaConfig": config });
    let mut call = Call::begin(event(1, "offered", &details)).unwrap();
    call.evolve(event(2, "answered", &json!({}))).unwrap();
    call.evolve(event(3, "established", &json!({}))).unwrap();
    call
}

fn guest(number: usize) -> Value {
    json!({ "info": { "identity": { "guest": { "displayName": format!("P{number}") } } } })
}

fn user(number: usize) -> Value {
    json!({ "info": { "identity": { "user": { "id": guid(number) } } } })
}

fn prompt(number: usize, status: &str) -> Value {
    let kind = "#microsoft.graph.playPromptOperation";
    json!({ "@odata.type": kind, "id": guid(number), "status": status, "clientContext": format!("c{number}") })
}

/// Enough items of other ids for an index, before the items that the index makes fast.
const OTHERS: usize = 20;

/// The end of an operation that shares its `clientContext` with all others. Every second report has no id.
fn ended(number: usize) -> CommsNotification {
    let id = if number.is_multiple_of(2) { guid(number) } else { String::new() };
    let result = json!({ "code": 200, "message": format!("m{number}") });
    let ended = json!({
        "@odata.type": "#microsoft.graph.playPromptOperation",
        "status": "completed",
        "clientContext": "c",
        "resultInfo": result
    });
    about(&format!("/operations/{id}"), &ended)
}

/// The notification of each item, and what it reports.
type Notifications = (&'static str, fn(usize) -> CommsNotification);

const NOTIFICATIONS: [Notifications; 14] = [
    ("participants with an id", |number| {
        about(&format!("/participants/{}", guid(number)), &json!({ "id": guid(number) }))
    }),
    ("guests without an id", |number| about("/participants/", &json!([guest(number)]))),
    ("users without an id", |number| about("/participants/", &json!([user(number)]))),
    ("participants who leave at once", |number| about("/participants", &json!([{ "id": guid(number) }]))),
    ("deltas out of order", |number| {
        let sequence = 1_000_000 - number;
        let delta = "#microsoft.graph.deltaParticipants";
        let participants = json!([{ "id": guid(number) }]);
        about(
            "/participants",
            &json!({ "@odata.type": delta, "sequenceNumber": sequence, "participants": participants }),
        )
    }),
    ("operations", |number| about(&format!("/operations/{}", guid(number)), &prompt(number, "running"))),
    ("operations that end", |number| {
        let status = if number % 2 == 0 { "running" } else { "completed" };
        about(&format!("/operations/{}", guid(number / 2)), &prompt(number / 2, status))
    }),
    ("operations of one clientContext", ended),
    ("ids of one operation", |number| {
        let kind = "#microsoft.graph.playPromptOperation";
        let context = format!("c{}", number.min(OTHERS));
        let renamed = json!({ "@odata.type": kind, "status": "running", "clientContext": context });
        about(&format!("/operations/{}", guid(number)), &renamed)
    }),
    ("participants whom nothing tells apart", |number| {
        about("/participants", &json!([{ "info": { "languageId": format!("l{number}") } }]))
    }),
    ("members of one participant", |number| {
        let id = guid(number.min(OTHERS));
        about(&format!("/participants/{id}"), &json!({ "id": id, format!("u{number}"): number }))
    }),
    ("tones", |number| about("", &json!({ "toneInfo": { "tone": "tone1", "sequenceId": number + 1 } }))),
    ("unknown members", |number| about("", &json!({ format!("u{number}"): number }))),
    ("sessions", |number| {
        about(&format!("/contentsharingsessions/{}", guid(number)), &json!([{ "id": guid(number) }]))
    }),
];

/// Observes and folds a notification for each item. Returns the bytes that this allocates.
fn observed(items: usize, notification: fn(usize) -> CommsNotification) -> usize {
    let mut call = established();
    let received: Vec<_> = (0..items).map(notification).collect();
    let region = Region::new(ALLOCATOR);
    for (number, received) in received.iter().enumerate() {
        let mut delivery = Delivery::default();
        delivery.message_id = Some(guid(number).into());
        for event in Call::observe(Some(&call), id(), received, &delivery).events {
            call.evolve(event).unwrap();
        }
    }
    region.change().bytes_allocated
}

/// Observes and folds one notification with a delta for each item.
fn observed_at_once(items: usize) -> usize {
    let delta = |number| {
        json!({
            "@odata.type": "#microsoft.graph.deltaParticipants",
            "sequenceNumber": number,
            "participants": [{ "id": guid(number) }]
        })
    };
    let deltas = (0..items).map(delta).collect();
    let (mut call, received) = (established(), about("/participants", &deltas));
    let region = Region::new(ALLOCATOR);
    let events = Call::observe(Some(&call), id(), &received, &Delivery::default()).events;
    assert_eq!(events.len(), items);
    for event in events {
        call.evolve(event).unwrap();
    }
    region.change().bytes_allocated
}

/// The event of each item, and what it records.
type Events = (&'static str, fn(usize) -> (&'static str, Value));

const EVENTS: [Events; 13] = [
    ("participants with an id", |number| {
        ("rosterUpdated", json!({ "participants": [{ "id": guid(number) }] }))
    }),
    ("guests without an id", |number| ("rosterUpdated", json!({ "participants": [guest(number)] }))),
    ("operations", |number| ("operationCreated", prompt(number, "running"))),
    ("operations that end", |number| match number % 2 {
        0 => ("operationCreated", prompt(number / 2, "running")),
        _ => ("operationCompleted", prompt(number / 2, "completed")),
    }),
    ("tones", |number| ("toneReceived", json!({ "tone": "tone1", "sequenceId": number + 1 }))),
    ("tones out of order", |number| {
        ("toneReceived", json!({ "tone": "tone1", "sequenceId": 1_000_000 - number }))
    }),
    ("tones without a number", |number| ("toneReceived", json!({ "tone": format!("t{number}") }))),
    ("unknown members", |number| ("detailsChanged", json!({ format!("u{number}"): number }))),
    ("sessions", |number| ("contentSharingStarted", json!({ "id": guid(number) }))),
    ("routing groups", |number| ("audioRoutingGroupCreated", json!({ "id": guid(number) }))),
    ("quality reports", |number| ("deviceQualityReported", json!({ "deviceLabel": format!("d{number}") }))),
    ("message ids", |number| ("notificationHeard", json!({ "messageIds": [guid(number)], "item": 0 }))),
    ("the media queue", |number| match number % 3 {
        2 => ("operationFailed", prompt(number / 3, "failed")),
        _ => {
            let operation = prompt(number - number / 3, "notStarted");
            ("operationQueued", json!({ "operation": operation, "playPrompt": { "prompts": [{}] } }))
        }
    }),
];

/// The event of each item, after the three events of an established call.
fn recorded(items: usize, of: fn(usize) -> (&'static str, Value)) -> Vec<Recorded> {
    let item = |number| {
        let (name, data) = of(number);
        event(number + 4, name, &data)
    };
    (0..items).map(item).collect()
}

/// Folds an event for each item, and posts its notification.
fn notified(items: usize, of: fn(usize) -> (&'static str, Value)) -> usize {
    let (mut call, recorded) = (established(), recorded(items, of));
    let region = Region::new(ALLOCATOR);
    for event in recorded {
        call.evolve(event.clone()).unwrap();
        std::hint::black_box(Notify::new().event(&call, &event));
    }
    region.change().bytes_allocated
}

/// Keeps the history of an event for each item, and reads the call at 16 points in the past.
fn kept(items: usize, of: fn(usize) -> (&'static str, Value)) -> usize {
    let recorded = recorded(items, of);
    let mut ledger = Ledger::with_history();
    ledger.apply(&event(1, "offered", &json!({}))).unwrap();
    ledger.apply(&event(2, "answered", &json!({}))).unwrap();
    ledger.apply(&event(3, "established", &json!({}))).unwrap();
    let region = Region::new(ALLOCATOR);
    for (number, event) in recorded.iter().enumerate() {
        ledger.apply(event).unwrap();
        if number % (items / 16) == 0 {
            std::hint::black_box(ledger.at(ledger.mark()).unwrap().call(id()));
        }
    }
    region.change().bytes_allocated
}

/// Folds an event for each item, and keeps a clone before each event.
fn cloned(items: usize, of: fn(usize) -> (&'static str, Value)) -> usize {
    let (mut call, recorded) = (established(), recorded(items, of));
    let mut clones = Vec::new();
    let region = Region::new(ALLOCATOR);
    for event in recorded {
        clones.push(call.clone());
        call.evolve(event).unwrap();
    }
    region.change().bytes_allocated
}

/// Decides on a request for each item, then on one that cancels all of them, and folds the events.
fn decided(items: usize, action: &str, body: fn(usize) -> Value) -> usize {
    let mut call = established();
    for number in 0..items {
        let participant = json!({ "participants": [{ "id": guid(number) }] });
        call.evolve(event(number + 4, "rosterUpdated", &participant)).unwrap();
    }
    let command = |path: &str, body: &Value| {
        let route = Route::parse("POST", &format!("/communications/calls/{CALL}{path}")).unwrap();
        Command::read(&route, body.to_string().as_bytes())
    };
    let mut commands: Vec<_> =
        (0..items).map(|number| command(&action.replace("{}", &guid(number)), &body(number))).collect();
    commands.push(command("/cancelMediaProcessing", &json!({})));
    let region = Region::new(ALLOCATOR);
    for (number, command) in commands.into_iter().enumerate() {
        let app = AppIdentity::new(Permission::ALL);
        let request = RequestContext::new(AT.parse().unwrap(), Uuid::from_u128(number as u128), app);
        for event in call.decide(command, &request).unwrap().events {
            call.evolve(event.clone()).unwrap();
            std::hint::black_box(Notify::new().event(&call, &event));
        }
    }
    region.change().bytes_allocated
}

/// A ledger with the call of [`established`].
fn ledger() -> Ledger {
    let mut ledger = Ledger::new();
    ledger.restore(&established().snapshot()).unwrap();
    ledger
}

fn apply(ledger: &mut Ledger, batch: &Batch) {
    batch.events.iter().for_each(|event| _ = ledger.apply(event).unwrap());
}

/// Posts a notification for each item to a bot, and folds the events.
fn delivered(items: usize, notification: fn(usize) -> CommsNotification) -> usize {
    let posts: Vec<_> = (0..items)
        .map(|number| (guid(number), json!({ "value": [notification(number)] }).to_string()))
        .collect();
    let mut calls = ledger();
    let region = Region::new(ALLOCATOR);
    for (message, body) in &posts {
        let headers = [("X-Microsoft-Skype-Message-ID", &**message)];
        for event in Bot::new(&calls).deliver(&headers, body.as_bytes(), AT.parse().unwrap()).events {
            calls.apply(&event).unwrap();
        }
    }
    region.change().bytes_allocated
}

/// Sends a request for each item to a service, and folds the events.
fn requested(items: usize, path: &str, body: fn(usize) -> Value) -> usize {
    let requests: Vec<_> = (0..items).map(|number| (guid(number), body(number).to_string())).collect();
    let mut calls = ledger();
    let region = Region::new(ALLOCATOR);
    for (number, (id, body)) in requests.iter().enumerate() {
        let app = AppIdentity::new(Permission::ALL);
        let context = RequestContext::new(AT.parse().unwrap(), Uuid::from_u128(number as u128), app);
        let headers = [("client-request-id", &**id)];
        let served = Service::new(&calls).request("POST", path, &headers, body.as_bytes(), &context);
        assert!(served.response.status < 300, "{}", served.response.body);
        apply(&mut calls, &served.batch);
    }
    region.change().bytes_allocated
}

/// Lets a deadline of one call in each item pass: in half of the calls one after another, and in the others at once.
fn ticked(items: usize) -> usize {
    let at = |second: usize| AT.parse::<Timestamp>().unwrap() + SignedDuration::from_secs(second as i64);
    let offered = |number: usize| {
        let (id, at) = (CallId::new(Uuid::from_u128(number as u128)), at(number));
        let line = json!({ "call": id, "rev": 1, "at": at, "type": "offered", "data": {} });
        line.to_string().parse::<Recorded>().unwrap()
    };
    let mut calls = Ledger::new();
    (0..items).for_each(|number| _ = calls.apply(&offered(number)).unwrap());
    let region = Region::new(ALLOCATOR);
    let mut passed = 0;
    for now in (0..items / 2).chain([2 * items]) {
        let batches = Service::new(&calls).tick(at(now));
        passed += batches.len();
        batches.iter().for_each(|batch| apply(&mut calls, batch));
    }
    assert_eq!(passed, items);
    region.change().bytes_allocated
}

/// Finds the legs of a call in a chain of calls, each of which replaces the one before.
fn found(items: usize) -> usize {
    let id = |number: usize| CallId::new(Uuid::from_u128(number as u128 + 1));
    let mut calls = Ledger::new();
    for number in 1..=items {
        let targets = json!([{ "replacesCallId": id(number - 1) }]);
        let data = json!({ "callChainId": CALL, "targets": targets });
        let line = json!({ "call": id(number), "rev": 1, "at": AT, "type": "placed", "data": data });
        calls.apply(&line.to_string().parse().unwrap()).unwrap();
    }
    let region = Region::new(ALLOCATOR);
    assert_eq!(calls.legs(id(1)).len(), items);
    region.change().bytes_allocated
}

/// Writes a record with this number of bodies.
type Wrapper = fn(usize) -> String;

/// Records with a body for each item.
const WRAPPERS: [(&str, Wrapper); 5] = [
    ("bodies in an array", |items| json!({ "a": (0..items).map(written).collect::<Vec<_>>() }).to_string()),
    ("bodies in members", |items| {
        let members = (0..items).map(|number| (format!("m{number}"), json!({ "body": written(number) })));
        Value::Object(members.collect()).to_string()
    }),
    ("bodies in texts in texts", |items| {
        let lines = (0..items).map(|number| json!({ "message": written(number).to_string() }).to_string());
        json!({ "text": lines.collect::<Vec<_>>().join("\n") }).to_string()
    }),
    ("bodies that break off in a text", |items| {
        let lines = (0..items).map(|number| written(number).to_string()[..90].to_owned());
        json!({ "text": lines.collect::<Vec<_>>().join("\n") }).to_string()
    }),
    ("bodies in the cells of a table", |items| {
        let cells = (0..items).map(|number| written(number).to_string().replace('"', "\"\""));
        format!("{{\"\"a\"\":{}}}\"\n", cells.collect::<Vec<_>>().join(","))
    }),
];

fn written(number: usize) -> Value {
    json!({ "value": [about("", &json!({ "toneInfo": { "tone": "tone1", "sequenceId": number + 1 } }))] })
}

/// Reads a record with a body for each item. Returns the bytes that this allocates.
fn read(items: usize, wrapper: Wrapper) -> usize {
    let record = wrapper(items);
    let region = Region::new(ALLOCATOR);
    std::hint::black_box(Replay::new().record(Format::Notifications, &record, |_| {}));
    region.change().bytes_allocated
}

/// The bytes that a cost function counts, and the seconds of CPU time that it takes.
fn timed(cost: &dyn Fn(usize) -> usize, items: usize) -> (usize, f64) {
    let begun = ThreadTime::now();
    let bytes = cost(items);
    (bytes, begun.elapsed().as_secs_f64())
}

/// Ends operations that share their `clientContext` and their result, and reports an end that none of them has.
fn ended_alike(items: usize) -> usize {
    let report = |id: &str, reason: &str| {
        let ended = json!({
            "@odata.type": "#microsoft.graph.playPromptOperation", "status": "completed", "clientContext": "c",
            "completionReason": reason, "resultInfo": { "code": 200 }
        });
        about(&format!("/operations/{id}"), &ended)
    };
    let all = (0..items).map(|number| report(&guid(number), "completedSuccessfully"));
    let all: Vec<_> = all.chain((0..items).map(|_| report("", "mediaStopped"))).collect();
    let mut call = established();
    let region = Region::new(ALLOCATOR);
    for reported in &all {
        for event in Call::observe(Some(&call), id(), reported, &Delivery::default()).events {
            call.evolve(event).unwrap();
        }
    }
    region.change().bytes_allocated
}

/// Reports the quality of a call, in a chain in which another app has a call for each item.
fn reported(items: usize) -> usize {
    let mut calls = Ledger::new();
    for number in 0..=items {
        let app = if number == items { "mine" } else { "other" };
        let source = json!({ "identity": { "application": { "id": app } } });
        let data = json!({ "callChainId": CALL, "source": source });
        let id = CallId::new(Uuid::from_u128(number as u128));
        let line = json!({ "call": id, "rev": 1, "at": AT, "type": "placed", "data": data });
        calls.apply(&line.to_string().parse().unwrap()).unwrap();
    }
    let quality = json!({ "quality": { "callChainId": CALL, "mediaQualityList": [{}] } });
    let (path, body, mine) =
        ("/v1.0/communications/calls/logTeleconferenceDeviceQuality", quality.to_string(), "mine".into());
    let region = Region::new(ALLOCATOR);
    for number in 0..items {
        let app = AppIdentity::new(Permission::ALL).of(&mine);
        let context = RequestContext::new(AT.parse().unwrap(), Uuid::from_u128(number as u128), app);
        let served = Service::new(&calls).request("POST", path, &[], body.as_bytes(), &context);
        assert!(served.response.status < 300, "{}", served.response.body);
        apply(&mut calls, &served.batch);
    }
    region.change().bytes_allocated
}

/// One user joins and leaves: first with a new id each time, and then without one.
fn rejoined(items: usize) -> usize {
    let mut calls = ledger();
    let region = Region::new(ALLOCATOR);
    for number in 0..6 * items {
        let id = if number < 4 * items { json!({ "id": guid(number) }) } else { json!({}) };
        let one = |left: bool| {
            let mut one = user(items);
            let members = one.as_object_mut().unwrap();
            members.extend(id.as_object().unwrap().clone());
            members.extend(left.then(|| ("removedState".to_owned(), json!({ "reason": "left" }))));
            serde_json::from_value(one).unwrap()
        };
        for left in [false, true] {
            let changed = NetworkEvent::RosterChanged([one(left)].into());
            let batch =
                Service::new(&calls).on_network_event(self::id(), changed, AT.parse().unwrap()).unwrap();
            apply(&mut calls, &batch);
        }
    }
    region.change().bytes_allocated
}

#[test]
fn twice_the_items_cost_about_twice_as_much() {
    let mut long = Vec::new();
    let mut compare = |what: String, cost: &dyn Fn(usize) -> usize| {
        let ((once, _), (twice, time)) = (timed(cost, ITEMS), timed(cost, 2 * ITEMS));
        let ratio = twice as f64 / once as f64;
        if ratio > MOST {
            long.push(format!("{what}: {once} and {twice} bytes, {ratio:.2} times as many"));
        }
        let (_, short) = timed(cost, ITEMS / 4);
        let ratio = time / short;
        if ratio > MOST_TIME {
            long.push(format!("{what}: {ratio:.1} times the CPU time for 8 times the items"));
        }
    };
    for (what, notification) in NOTIFICATIONS {
        compare(format!("observe, {what}"), &|items| observed(items, notification));
    }
    compare("observe, many deltas at once".into(), &observed_at_once);
    for (what, of) in EVENTS {
        compare(format!("notify, {what}"), &|items| notified(items, of));
        compare(format!("history, {what}"), &|items| kept(items, of));
    }
    for (what, wrapper) in WRAPPERS {
        compare(format!("read, {what}"), &|items| read(items, wrapper));
    }
    // What a call copies as a whole if it changes after a clone.
    let copied = ["unknown members", "members of one participant"];
    for (what, of) in EVENTS.into_iter().filter(|(what, _)| !copied.contains(what)) {
        compare(format!("clones, {what}"), &|items| cloned(items, of));
    }
    for (what, notification) in NOTIFICATIONS.into_iter().filter(|(what, _)| !copied.contains(what)) {
        compare(format!("deliver, {what}"), &|items| delivered(items, notification));
    }
    let of_call = |what| format!("/v1.0/communications/calls/{CALL}{what}");
    compare("request, keepAlive".into(), &|items| requested(items, &of_call("/keepAlive"), |_| json!({})));
    compare("request, prompts".into(), &|items| {
        requested(
            items,
            &of_call("/playPrompt"),
            |_| json!({ "prompts": [{ "mediaInfo": { "uri": "https://bot/a.wav" } }] }),
        )
    });
    compare("tick".into(), &ticked);
    compare("observe, operations that ended alike".into(), &ended_alike);
    compare("request, quality reports beside another app".into(), &reported);
    compare("network event, somebody who joins again and again".into(), &rejoined);
    compare("legs".into(), &found);
    let prompts = |_| json!({ "prompts": [{ "mediaInfo": { "uri": "https://bot/a.wav" } }] });
    compare("decide, prompts".into(), &|items| decided(items, "/playPrompt", prompts));
    compare("decide, mute".into(), &|items| decided(items, "/participants/{}/mute", |_| json!({})));
    compare("decide, keepAlive".into(), &|items| decided(items, "/keepAlive", |_| json!({})));
    assert!(long.is_empty(), "{}", long.join("\n"));
}
