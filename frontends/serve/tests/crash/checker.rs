//! What must hold of a host that was killed. This shares no code with the host: it reads the lines of the log as JSON, what a
//! client was answered, and what a bot received.

use std::collections::{BTreeMap, BTreeSet};

use callfold::jiff::Timestamp;
use serde_json::{Value, json};

#[derive(Debug, Default)]
pub(crate) struct History {
    /// The lines of the log.
    pub(crate) log: Vec<Value>,
    pub(crate) answered: Vec<Answered>,
    /// What the bot received, in its order.
    pub(crate) received: Vec<Webhook>,
    /// True if several processes post: one that does not know yet that another has taken over can post what that has posted.
    pub(crate) is_shared: bool,
}

/// What a client was told that had happened.
#[derive(Clone, Debug)]
pub(crate) enum Answered {
    /// A request with this `client-request-id` had this status.
    Request { id: String, status: u16 },
    /// This call rings.
    Rung(String),
    /// Somebody pressed a key in this call.
    Pressed(String),
}

/// A notification that the bot received.
#[derive(Clone, Debug)]
pub(crate) struct Webhook {
    /// The number of the process that sent it.
    pub(crate) life: usize,
    /// The message id of its first attempt.
    pub(crate) original: String,
    /// When it came.
    pub(crate) at: Timestamp,
    pub(crate) item: Value,
}

type Events<'a> = BTreeMap<&'a str, Vec<&'a Value>>;

impl History {
    pub(crate) fn check(&self) -> Result<(), String> {
        let events = self.events()?;
        self.answers(&events)?;
        let mut received: BTreeMap<String, Vec<&Webhook>> = BTreeMap::new();
        for webhook in &self.received {
            received.entry(call_of(&webhook.item)?).or_default().push(webhook);
        }
        for (call, events) in &events {
            let expected: Vec<String> = events.iter().filter_map(|event| reported(event)).collect();
            in_order(&expected, &received.remove(*call).unwrap_or_default(), self.is_shared)
                .map_err(|why| format!("call {call}: {why}"))?;
        }
        match received.into_keys().next() {
            Some(call) => Err(format!("call {call} was reported, and is in no line of the log")),
            None => Ok(()),
        }
    }

    /// The events of each call. Their revisions have no gaps.
    fn events(&self) -> Result<Events<'_>, String> {
        let mut calls = Events::new();
        for line in &self.log {
            let events = calls.entry(line["call"].as_str().unwrap_or_default()).or_default();
            events.push(line);
            if line["rev"] != json!(events.len()) {
                return Err(format!("a revision is missing before {line}"));
            }
        }
        Ok(calls)
    }

    /// What was answered for is in the log, once.
    fn answers(&self, events: &Events<'_>) -> Result<(), String> {
        let mut known = BTreeMap::new();
        for line in self.log.iter().filter(|line| line["type"] == "requestAnswered") {
            let id = line["data"]["clientRequestId"].as_str().unwrap_or_default();
            if known.insert(id, &line["data"]["status"]).is_some() {
                return Err(format!("the request {id} was served twice"));
            }
        }
        let mut pressed: BTreeMap<&str, usize> = BTreeMap::new();
        for answered in &self.answered {
            let is_kept = match answered {
                Answered::Request { id, status } => known.get(id.as_str()) == Some(&&json!(status)),
                Answered::Rung(call) => {
                    events.get(call.as_str()).is_some_and(|all| all[0]["type"] == "offered")
                }
                Answered::Pressed(call) => {
                    let count = pressed.entry(call).or_default();
                    *count += 1;
                    let tones = events.get(call.as_str()).into_iter().flatten();
                    tones.filter(|line| line["type"] == "toneReceived").count() >= *count
                }
            };
            if !is_kept {
                return Err(format!("answered, and not in the log: {answered:?}"));
            }
        }
        Ok(())
    }
}

/// How long after its event a webhook came for the first time, at most, in milliseconds.
pub(crate) fn latest(history: &History) -> i64 {
    let mut first: BTreeMap<String, (Vec<String>, Vec<Timestamp>)> = BTreeMap::new();
    for webhook in &history.received {
        let (ids, times) = first.entry(call_of(&webhook.item).unwrap_or_default()).or_default();
        if !ids.contains(&webhook.original) {
            ids.push(webhook.original.clone());
            times.push(webhook.at);
        }
    }
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    let late = history.log.iter().filter(|line| reported(line).is_some()).filter_map(|line| {
        let call = line["call"].as_str()?;
        let place = places.entry(call).or_default();
        let came = *first.get(call)?.1.get(*place)?;
        *place += 1;
        Some(came.as_millisecond() - line["at"].as_str()?.parse::<Timestamp>().ok()?.as_millisecond())
    });
    late.max().unwrap_or_default()
}

/// The call that a notification is about.
fn call_of(item: &Value) -> Result<String, String> {
    let url = item["resourceUrl"].as_str().unwrap_or_default();
    let call = url.strip_prefix("/communications/calls/").and_then(|rest| rest.split('/').next());
    call.map(str::to_owned).ok_or_else(|| format!("no call: {item}"))
}

/// What the bot must be told of an event; `None` if nothing.
fn reported(event: &Value) -> Option<String> {
    let data = &event["data"];
    Some(match event["type"].as_str()? {
        "offered" => "call incoming".into(),
        "placed" | "answered" => "call establishing".into(),
        "established" => "call established".into(),
        "terminationStarted" => "call terminating".into(),
        "terminated" => "call terminated".into(),
        "toneReceived" => format!("tone {}", data["tone"].as_str()?),
        "operationCompleted" => format!("{} completed", data["id"].as_str()?),
        "operationFailed" => format!("{} failed", data["id"].as_str()?),
        _ => return None,
    })
}

/// The same of a notification.
fn told(item: &Value) -> String {
    let data = &item["resourceData"];
    if let Some(tone) = data["toneInfo"]["tone"].as_str() {
        return format!("tone {tone}");
    }
    match (data["state"].as_str(), data["status"].as_str()) {
        (Some(state), _) => format!("call {state}"),
        (None, Some(status)) => format!("{} {status}", data["id"].as_str().unwrap_or_default()),
        (None, None) => item.to_string(),
    }
}

/// Each item came, the first time in its order. Only a process that is started again goes back, and a repeat has its original
/// id.
fn in_order(expected: &[String], received: &[&Webhook], is_shared: bool) -> Result<(), String> {
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    let mut bodies = BTreeSet::new();
    let (mut last, mut life) = (None, 0);
    for webhook in received {
        let new = places.len();
        let place = *places.entry(&webhook.original).or_insert(new);
        let what = told(&webhook.item);
        if expected.get(place) != Some(&what) {
            let wanted = expected.get(place).map_or("nothing", String::as_str);
            return Err(format!("number {place} is `{what}`, and must be `{wanted}`"));
        }
        if place < new && !bodies.contains(&(place, webhook.item.to_string())) {
            return Err(format!("number {place} came again with another body: {}", webhook.item));
        }
        bodies.insert((place, webhook.item.to_string()));
        let goes_back = last.is_some_and(|last| place < last);
        if goes_back && life == webhook.life && !is_shared {
            return Err(format!("number {place} came after a later one"));
        }
        (last, life) = (Some(place), webhook.life);
    }
    match expected.get(places.len()) {
        Some(what) => Err(format!("`{what}` never came")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALL: &str = "57dab8b1-894c-409a-b240-bd8beae78896";

    fn line(revision: u64, kind: &str) -> Value {
        json!({ "call": CALL, "rev": revision, "type": kind, "data": {} })
    }

    fn webhook(life: usize, original: &str, state: &str) -> Webhook {
        let url = format!("/communications/calls/{CALL}");
        let item = json!({ "resourceUrl": url, "resourceData": { "state": state } });
        Webhook { life, original: original.into(), at: Timestamp::UNIX_EPOCH, item }
    }

    fn right() -> History {
        History {
            log: [line(1, "offered"), line(2, "answered"), line(3, "established")].into(),
            answered: [Answered::Rung(CALL.into())].into(),
            received: [
                webhook(0, "a", "incoming"),
                webhook(0, "b", "establishing"),
                webhook(1, "a", "incoming"),
                webhook(1, "b", "establishing"),
                webhook(1, "c", "established"),
            ]
            .into(),
            is_shared: false,
        }
    }

    fn wrong(change: impl FnOnce(&mut History)) -> String {
        let mut history = right();
        change(&mut history);
        history.check().unwrap_err()
    }

    #[test]
    fn a_right_history_passes() {
        assert_eq!(right().check(), Ok(()));
    }

    #[test]
    fn a_host_that_posts_before_it_stores_is_found() {
        let why = wrong(|history| _ = history.log.pop());
        assert!(why.contains("number 2 is `call established`, and must be `nothing`"), "{why}");
        // The call itself was not stored.
        let why = wrong(|history| {
            history.log.clear();
            history.answered.clear();
        });
        assert!(why.contains("is in no line of the log"), "{why}");
    }

    #[test]
    fn an_answer_before_the_event_is_stored_is_found() {
        let request = Answered::Request { id: "1".into(), status: 200 };
        let why = wrong(|history| history.answered.push(request));
        assert!(why.contains("answered, and not in the log"), "{why}");
    }

    #[test]
    fn what_is_lost_out_of_order_or_new_each_time_is_found() {
        let why = wrong(|history| _ = history.received.pop());
        assert!(why.contains("`call established` never came"), "{why}");
        let why = wrong(|history| history.received.swap(3, 4));
        assert!(why.contains("number 1 came after a later one"), "{why}");
        let why = wrong(|history| history.received[2].original = "d".into());
        assert!(why.contains("must be `call established`"), "{why}");
        let why = wrong(|history| _ = history.log.remove(1));
        assert!(why.contains("a revision is missing"), "{why}");
    }
}
