//! Three records of the same calls agree: the log of the service, the log of a bot that was told by webhooks and replies,
//! and a replay of the deliveries that the service lists. Random runs, with faults, on a manual clock.
//!
//! `CALLFOLD_TRUTH_RUNS` is the number of runs, and `CALLFOLD_TRUTH_SEED` gives others. `CALLFOLD_BIN` names the command whose
//! `replay` is compared, too.

mod bot;
mod command;
mod compare;
mod counts;
mod moves;
mod run;

use std::sync::Arc;
use std::time::Instant;

use callfold_serve::{Auto, ClockMode, Handle, Server};
use callfold_store::{Memory, Store};
use tokio::task::JoinSet;

use crate::common::{Client, listen, number, settings};
use bot::RecordingBot;
use counts::Counts;
use run::Run;

const SEED: u64 = 1;

/// How many runs one service has, one after another. Each begins with a service that has forgotten the one before.
const EACH: u64 = 20;

/// Services at the same time.
const AT_ONCE: usize = 4;

/// A service and its bot.
struct Place {
    server: Arc<Handle>,
    store: Arc<dyn Store>,
    bot: Arc<RecordingBot>,
    callback: String,
    client: Client,
}

impl Place {
    async fn new(seed: u64, group: u64) -> Self {
        let store: Arc<dyn Store> = Arc::new(Memory::new());
        let mut settings = settings();
        settings.clock = ClockMode::Manual;
        settings.seed = Some(seed.wrapping_mul(1000) + group);
        settings.auto = if group.is_multiple_of(2) { Auto::On } else { Auto::Off };
        settings.hold_music_stops_later = group % 3 == 1;
        let server = Server::builder().settings(settings).store(Arc::clone(&store)).start().await.unwrap();
        let server = Arc::new(server);
        let bot = Arc::new(RecordingBot::new(Arc::clone(&server)));
        let callback = listen(Arc::clone(&bot)).await;
        let client = Client::new(server.url());
        Self { server, store, bot, callback, client }
    }
}

#[expect(clippy::disallowed_methods, reason = "the seconds are printed")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_the_bot_and_a_replay_of_the_deliveries_agree() {
    let begun = Instant::now();
    let runs = number("CALLFOLD_TRUTH_RUNS", 200);
    let seed = number("CALLFOLD_TRUTH_SEED", SEED);
    let mut groups = JoinSet::new();
    let (mut counts, mut next) = (Counts::default(), 0..runs.div_ceil(EACH));
    loop {
        while groups.len() < AT_ONCE
            && let Some(group) = next.next()
        {
            groups.spawn(group_of_runs(seed, group, runs));
        }
        let Some(done) = groups.join_next().await else { break };
        counts.add(done.unwrap());
    }
    if command::path().is_none() {
        println!("SKIPPED: `callfold replay` of the deliveries: CALLFOLD_BIN does not name the command");
    }
    println!("{counts}\n{runs} runs with seed {seed} took {:?}", begun.elapsed());
    counts.check(runs);
}

async fn group_of_runs(seed: u64, group: u64, runs: u64) -> Counts {
    let place = Place::new(seed, group).await;
    let mut counts = Counts::default();
    for run in group * EACH..runs.min((group + 1) * EACH) {
        counts.add(Run::new(&place, seed, run).whole().await);
        assert_eq!(place.client.post("/_callfold/reset", serde_json::json!({})).await.status, 204);
    }
    counts
}
