//! Two hosts on one store.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use callfold_serve::{ClockMode, Settings};
use callfold_store::{Position, Store};
use serde_json::{Value, json};

use super::stage::{CALLS, Stage};
use crate::common::{Client, Watched};

const LEASE: Duration = Duration::from_secs(2);

fn real(settings: &mut Settings) {
    settings.clock = ClockMode::Real;
    settings.lease = LEASE.try_into().unwrap();
}

/// Two hosts for one bot, each with its client.
struct Two {
    stores: [Arc<Watched>; 2],
    first: Stage,
    second: Stage,
}

impl Two {
    async fn start() -> Self {
        Self::playing("").await
    }

    async fn playing(scenario: &str) -> Self {
        let stores = Watched::two();
        let store: Arc<dyn Store> = stores[0].clone();
        let first = Stage::playing(&store, scenario, real).await;
        Self::join(stores, first, scenario).await
    }

    /// A second host joins the first.
    async fn join(stores: [Arc<Watched>; 2], first: Stage, scenario: &str) -> Self {
        let store: Arc<dyn Store> = stores[1].clone();
        let callback = first.callback.clone();
        let bot = |settings: &mut Settings| {
            real(settings);
            settings.bot = Some(callback);
        };
        let second = Stage::playing(&store, scenario, bot).await;
        let two = Self { stores, first, second };
        eventually("both hosts have their share", async || {
            let leases = two.stores[0].leases().await.unwrap();
            let mut shares = std::collections::BTreeMap::<_, usize>::new();
            for leased in leases.iter().filter(|leased| leased.lease.name.starts_with("calls/")) {
                *shares.entry(leased.holder).or_default() += 1;
            }
            shares.into_values().collect::<Vec<_>>() == [16, 16]
        })
        .await;
        two
    }

    /// The two clients, in turns.
    fn clients(&self) -> impl Iterator<Item = &Client> {
        [&self.first.client, &self.second.client].into_iter().cycle()
    }

    async fn is_told(&self, what: &[&str]) {
        eventually(&format!("the bot is told {what:?}"), async || self.first.bot.told() == what).await;
    }

    /// The lines of the log, read from the store.
    async fn log(&self) -> Vec<String> {
        let stored = self.stores[0].read_all(Position::START, usize::MAX).await.unwrap();
        stored.iter().map(|stored| stored.event.to_string()).collect()
    }
}

async fn eventually(what: &str, is_so: impl AsyncFn() -> bool) {
    for _ in 0..200 {
        if is_so().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("not within ten seconds: {what}");
}

async fn ring(client: &Client) -> String {
    let got = client.post("/_callfold/calls", json!({})).await;
    assert_eq!(got.status, 201, "{}", got.text);
    got.json()["id"].as_str().unwrap().into()
}

#[tokio::test]
async fn any_host_takes_any_request() {
    let two = Two::start().await;
    let mut clients = two.clients();
    // So many calls that each host has some.
    for _ in 0..8 {
        let before = two.first.bot.received().len();
        let told = async |what: &[&str]| {
            eventually("the webhooks come", async || two.first.bot.received().len() == before + what.len())
                .await;
            assert_eq!(two.first.bot.told()[before..], *what);
        };
        let call = ring(clients.next().unwrap()).await;
        let path = format!("{CALLS}/{call}");
        told(&["incoming"]).await;
        let answered = clients.next().unwrap().post(&format!("{path}/answer"), two.first.answer()).await;
        assert_eq!(answered.status, 202, "{}", answered.text);
        told(&["incoming", "establishing", "established"]).await;
        for client in [clients.next().unwrap(), clients.next().unwrap()] {
            assert_eq!(client.get(&path).await.json()["state"], "established");
            assert_eq!(client.get(&format!("/_callfold/calls/{call}")).await.json()["state"], "established");
        }
        let prompts = json!({ "prompts": [{ "mediaInfo": { "uri": "https://bot.contoso.com/a.wav" } }] });
        let played = clients.next().unwrap().post(&format!("{path}/playPrompt"), prompts).await;
        assert_eq!(played.status, 200, "{}", played.text);
        // What was just answered is seen by the other host, too.
        let operation = format!("{path}/operations/{}", played.json()["id"].as_str().unwrap());
        assert_eq!(clients.next().unwrap().get(&operation).await.status, 200);
        assert_eq!(clients.next().unwrap().send("DELETE", &path, &[], "").await.status, 204);
        told(&["incoming", "establishing", "established", "terminating", "terminated"]).await;
        assert_eq!(clients.next().unwrap().get(&path).await.status, 404);
    }
    let log = two.log().await;
    let ended = log.iter().filter(|line| line.contains(r#""type":"terminated""#)).count();
    assert_eq!(ended, 8, "{log:#?}");
    let originals: std::collections::BTreeSet<_> =
        two.first.bot.received().iter().map(|one| one.original().to_owned()).collect();
    assert_eq!(originals.len(), two.first.bot.received().len(), "nothing is posted twice");
    let unfinished = async || two.stores[0].unfinished().await.unwrap();
    eventually("all calls are finished", async || unfinished().await.is_empty()).await;
}

#[tokio::test]
async fn a_call_that_ends_without_a_webhook_is_finished() {
    let two = Two::start().await;
    for client in two.clients().take(8) {
        let call = ring(client).await;
        let hung_up = json!({ "type": "hungUp" });
        let got = client.post(&format!("/_callfold/calls/{call}/events"), hung_up).await;
        assert_eq!(got.status, 202, "{}", got.text);
    }
    let unfinished = async || two.stores[0].unfinished().await.unwrap();
    eventually("all calls are finished", async || unfinished().await.is_empty()).await;
}

#[tokio::test]
async fn each_call_of_a_scenario_rings_once() {
    let two = Two::playing("[[caller]]\nevery = \"100ms\"\ntimes = 8").await;
    eventually("all have rung", async || two.log().await.len() >= 8).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let log = two.log().await;
    let offered = log.iter().filter(|line| line.contains(r#""type":"offered""#)).count();
    assert_eq!((offered, log.len()), (8, 8), "{log:#?}");
}

#[tokio::test]
async fn a_request_that_is_sent_again_to_the_other_host_is_served_once() {
    let two = Two::start().await;
    let mut place = two.first.answer();
    place["targets"] = json!([{ "identity": { "user": { "id": "adele" } } }]);
    let mut answers = Vec::new();
    for client in two.clients().take(4) {
        let placed = client.send("POST", CALLS, &[("client-request-id", "7")], place.to_string()).await;
        answers.push((placed.status, placed.json()["id"].as_str().map(str::to_owned)));
    }
    assert!(answers[0].0 == 201 && answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
}

#[tokio::test]
async fn what_a_host_left_is_done_by_the_other() {
    let two = Two::start().await;
    let mut calls = Vec::new();
    for client in two.clients().take(8) {
        calls.push(ring(client).await);
    }
    two.is_told(&["incoming"; 8]).await;
    // It is gone without a word: its leases stand until their time has passed.
    drop(two.second);
    for call in &calls {
        let answer = two.first.client.post(&format!("{CALLS}/{call}/answer"), two.first.answer()).await;
        assert_eq!(answer.status, 202, "{}", answer.text);
    }
    eventually("all calls are established", async || {
        let told = two.first.bot.told();
        told.iter().filter(|told| *told == "established").count() == 8
    })
    .await;
    let leases = two.stores[0].leases().await.unwrap();
    let partitions = leases.iter().filter(|leased| leased.lease.name.starts_with("calls/")).count();
    assert_eq!(partitions, 32);
}

#[tokio::test]
async fn a_store_that_fails_while_a_host_takes_over_is_asked_again() {
    let two = Two::start().await;
    let mut calls = Vec::new();
    for client in two.clients().take(8) {
        let call = ring(client).await;
        let answer = client.post(&format!("{CALLS}/{call}/answer"), two.first.answer()).await;
        assert_eq!(answer.status, 202, "{}", answer.text);
        calls.push(call);
    }
    eventually("all calls are established", async || two.first.bot.told().len() == 24).await;
    for call in &calls {
        let prompts = json!({ "prompts": [{ "mediaInfo": { "uri": "https://bot.contoso.com/a.wav" } }] });
        let played = two.first.client.post(&format!("{CALLS}/{call}/playPrompt"), prompts).await;
        assert_eq!(played.status, 200, "{}", played.text);
    }
    // Nobody asks about the calls from now on.
    two.stores[0].fail_reads(3);
    let Two { stores, first: _first, second } = two;
    drop(second);
    eventually("all prompts have ended", async || {
        let stored = stores[0].read_all(Position::START, usize::MAX).await.unwrap();
        let log = stored.iter().map(|stored| stored.event.to_string());
        log.filter(|line| line.contains(r#""type":"operationCompleted""#)).count() == 8
    })
    .await;
}

#[tokio::test]
async fn what_comes_while_a_host_takes_over_is_not_lost() {
    let stores = Watched::two();
    let store: Arc<dyn Store> = stores[0].clone();
    let first = Stage::playing(&store, "", real).await;
    let mut calls = Vec::new();
    for _ in 0..8 {
        calls.push(ring(&first.client).await);
    }
    // The second host has read the calls, and has not folded what it read.
    stores[1].hold_notes(true);
    let two = Two::join(stores, first, "").await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    for call in &calls {
        let answer = two.first.client.post(&format!("{CALLS}/{call}/answer"), two.first.answer()).await;
        assert_eq!(answer.status, 202, "{}", answer.text);
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    two.stores[1].hold_notes(false);
    eventually("all calls are established", async || {
        let told = two.first.bot.told();
        told.iter().filter(|told| *told == "established").count() == 8
    })
    .await;
}

#[tokio::test]
async fn a_damaged_event_does_not_stop_what_comes_after_it() {
    let two = Two::start().await;
    let next = Position::new(two.stores[0].last().await.unwrap().number() + 1);
    two.stores.iter().for_each(|store| store.damage(next));
    // So many calls that each host has some that the other takes.
    let calls = 8;
    for client in two.clients().take(calls) {
        ring(client).await;
    }
    eventually("all calls but the damaged one are offered", async || two.first.bot.told().len() >= calls - 1)
        .await;
}

#[tokio::test]
async fn a_host_that_ends_in_order_gives_its_leases_back() {
    let two = Two::start().await;
    two.second.server.stop().await;
    let leases = two.stores[0].leases().await.unwrap();
    let names: Vec<_> = leases.iter().map(|leased| &*leased.lease.name).collect();
    // Those of the other host, and the name of that.
    assert_eq!(names.len(), 17, "{names:?}");
}

#[tokio::test]
async fn a_host_that_comes_back_late_is_refused() {
    let two = Two::start().await;
    // Between what it has decided and what it stores, the lease passes to the other host.
    two.stores[1].stop();
    let mut calls = Vec::new();
    let mut clients = two.clients();
    let one_waits = async || tokio::time::timeout(Duration::from_secs(1), two.stores[1].has_stopped()).await;
    // Until one of the calls is this host's.
    while one_waits().await.is_err() {
        assert!(calls.len() < 32, "nothing that a host does by itself is stored under a lease");
        let client = clients.next().unwrap();
        let call = ring(client).await;
        let answer = client.post(&format!("{CALLS}/{call}/answer"), two.first.answer()).await;
        assert_eq!(answer.status, 202);
        calls.push(call);
    }
    two.stores[1].stop_leasing(true);
    let established = async || {
        let log = two.log().await;
        log.iter().filter(|line| line.contains(r#""type":"established""#)).count()
    };
    eventually("all calls are established by the other host", async || established().await == calls.len())
        .await;
    two.stores[1].go_on();
    eventually("what comes late is refused", async || two.stores[1].lost() > 0).await;
    two.stores[1].stop_leasing(false);
    // What the bot was told last about each call.
    let told = || -> BTreeMap<String, String> {
        let bodies = two.first.bot.received();
        let bodies = bodies.iter().map(|one| serde_json::from_str::<Value>(&one.body).unwrap());
        let states = bodies.map(|body| {
            let told = &body["value"][0];
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            (text(&told["resourceUrl"]), text(&told["resourceData"]["state"]))
        });
        states.collect()
    };
    let all_are_told = || told().len() == calls.len() && told().values().all(|state| state == "established");
    eventually("the bot is told of all calls", async || all_are_told()).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(established().await, calls.len(), "{:#?}", two.log().await);
    assert!(all_are_told(), "{:#?}", told());
}

#[tokio::test]
async fn a_long_call_is_not_folded_anew_for_each_request() {
    let two = Two::start().await;
    let call = ring(&two.first.client).await;
    let path = format!("{CALLS}/{call}");
    let answered = two.first.client.post(&format!("{path}/answer"), two.first.answer()).await;
    assert_eq!(answered.status, 202);
    two.is_told(&["incoming", "establishing", "established"]).await;
    for _ in 0..600 {
        let got = two.first.client.post(&format!("{path}/keepAlive"), json!({})).await;
        assert_eq!(got.status, 200, "{}", got.text);
    }
    let events = two.log().await.len() as u64;
    assert!(events > 500, "{events}");
    let call = call.parse().unwrap();
    eventually("a snapshot is kept", async || two.stores[0].snapshot(call).await.unwrap().is_some()).await;
    for (stage, store) in [(&two.first, &two.stores[0]), (&two.second, &two.stores[1])] {
        let before = store.events_read();
        assert_eq!(stage.client.get(&path).await.json()["state"], "established");
        let read = store.events_read() - before;
        assert!(read < 500, "{read} of {events} events");
    }
}

#[tokio::test]
async fn a_call_of_another_host_is_read_only_after_somebody_else_changed_it() {
    let two = Two::start().await;
    // So many calls that some belong to the second host.
    let mut calls = Vec::new();
    for _ in 0..8 {
        calls.push(format!("{CALLS}/{}", ring(&two.first.client).await));
    }
    for path in &calls {
        let answered = two.first.client.post(&format!("{path}/answer"), two.first.answer()).await;
        assert_eq!(answered.status, 202, "{}", answered.text);
    }
    eventually("all calls are established", async || two.first.bot.received().len() == 3 * calls.len()).await;
    let keep_alive = async |client: &Client| {
        for path in &calls {
            let got = client.post(&format!("{path}/keepAlive"), json!({})).await;
            assert_eq!(got.status, 200, "{}", got.text);
        }
    };
    keep_alive(&two.first.client).await;
    let before = two.stores[0].reads();
    keep_alive(&two.first.client).await;
    assert_eq!(two.stores[0].reads(), before, "nobody else changed them");
    keep_alive(&two.second.client).await;
    keep_alive(&two.first.client).await;
    assert!(two.stores[0].reads() > before, "the other host changed them");
}

#[tokio::test]
async fn a_deleted_call_is_not_shown_by_hosts_that_remember_it() {
    let two = Two::start().await;
    for _ in 0..4 {
        let call = ring(&two.first.client).await;
        let statuses = async || {
            let mut statuses = Vec::new();
            for client in [&two.first.client, &two.second.client] {
                statuses.push(client.get(&format!("{CALLS}/{call}")).await.status);
            }
            statuses.sort_unstable();
            statuses
        };
        assert_eq!(statuses().await, [200, 200]);
        assert!(two.stores[0].delete(call.parse().unwrap()).await.unwrap());
        assert_eq!(statuses().await, [404, 404]);
    }
}

#[tokio::test]
async fn a_host_that_cannot_take_leases_does_not_start() {
    let [store, _] = Watched::two();
    store.stop_leasing(true);
    let mut settings = crate::common::settings();
    real(&mut settings);
    let refused =
        callfold_serve::Server::builder().settings(settings).store(store).start().await.unwrap_err();
    assert_eq!(refused.to_string(), "the given store: the server is away on purpose");
}

#[tokio::test]
async fn only_a_real_clock_is_the_same_for_all() {
    let store: Arc<dyn Store> = Watched::two()[0].clone();
    let mut settings = crate::common::settings();
    settings.clock = ClockMode::Manual;
    let started = callfold_serve::Server::builder().settings(settings).store(store).start().await;
    let error = started.unwrap_err().to_string();
    assert!(error.contains("only with --clock real"), "{error}");
}

#[tokio::test]
async fn a_store_of_several_hosts_is_not_emptied() {
    let stores = Watched::two();
    let store: Arc<dyn Store> = stores[0].clone();
    let stage = Stage::playing(&store, "", real).await;
    ring(&stage.client).await;
    let got = stage.client.post("/_callfold/reset", json!({})).await;
    assert_eq!(got.status, 503, "{}", got.text);
    assert!(got.text.contains("callfold store delete"), "{}", got.text);
}
