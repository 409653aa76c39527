//! Two hosts on one store are killed under load, and so is the server that keeps it: nothing is lost, nothing is done twice,
//! nothing comes out of order, and no call is stuck for longer than another host needs to take over.
//!
//! `CALLFOLD_KILLS` is the number of times. `frontends/store/tests/servers/run` starts the servers.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use callfold_store::{Address, Position};

use crate::common::{Client, Draw, listen, number};
use crate::crash::checker::{History, latest};
use crate::crash::load::{Load, Received};
use crate::crash::{Running, settings};

/// The time in which another host takes over.
const LEASE: Duration = Duration::from_secs(2);

/// How long a webhook may need besides: an engine starts, the machine is loaded, some webhooks are repeated, and NATS ends a lease
/// a second or two late.
const SLACK: Duration = Duration::from_secs(5);

/// The kill of the engine after which it is away for a minute.
const LONG: u64 = 10;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "stops the servers: run it alone"]
async fn hosts_on_postgres_that_are_killed_lose_nothing() {
    killed("CALLFOLD_POSTGRES", "postgres", |server, name| format!("{server}?schema=kills_{name}")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "stops the servers: run it alone"]
async fn hosts_on_nats_that_are_killed_lose_nothing() {
    killed("CALLFOLD_NATS", "nats", |server, name| format!("{server}/kills_{name}")).await;
}

async fn killed(variable: &str, engine: &str, store: impl Fn(&str, &str) -> String) {
    let (Ok(server), Ok(servers)) = (std::env::var(variable), std::env::var("CALLFOLD_SERVERS")) else {
        return println!("SKIPPED: kills of hosts on {engine}: {variable} or CALLFOLD_SERVERS is not set");
    };
    if !is_built_with(engine) {
        return;
    }
    let kills = number("CALLFOLD_KILLS", 10);
    let store = store(&server, &std::process::id().to_string());
    let received = Arc::new(Received::default());
    let bot = listen(Arc::clone(&received)).await;
    let mut load = Load::new(bot);
    let mut draw = Draw::new(7, number("CALLFOLD_KILLS_SEED", 7));
    let mut hosts: Vec<_> = (0..2).map(|host| Running::start(&config(&store, host)).unwrap()).collect();
    let (mut counts, mut longest) = ([0; 2], Duration::ZERO);
    for kill in 1..=kills {
        // A host that is killed while it takes over would make two gaps one.
        run(&mut load, &hosts, LEASE + Duration::from_millis(draw.below(1000))).await;
        received.life.store(kill as usize, Ordering::SeqCst);
        if draw.below(4) == 0 {
            counts[1] += 1;
            // Of many times, it is away for a minute once.
            let millis = if counts[1] == LONG { 60_000 } else { draw.below(500) };
            longest = longest.max(Duration::from_millis(millis));
            script(&servers, "stop", engine);
            run(&mut load, &hosts, Duration::from_millis(millis)).await;
            script(&servers, "start", engine);
        } else {
            counts[0] += 1;
            let host = draw.below(2) as usize;
            hosts.remove(host).kill();
            // Sometimes the other one takes over, and sometimes the next one comes first.
            run(&mut load, &hosts, LEASE * draw.below(2) as u32).await;
            hosts.push(Running::start(&config(&store, 2 + kill)).unwrap());
        }
    }
    println!("{engine}: {} kills of hosts, {} of the engine", counts[0], counts[1]);
    check(engine, &store, hosts, load, &received, longest).await;
}

/// Ends all calls, and checks what became of them. The engine was away for this long at most.
async fn check(
    engine: &str,
    store: &str,
    hosts: Vec<Running>,
    mut load: Load,
    received: &Received,
    away: Duration,
) {
    tokio::time::sleep(LEASE * 2).await;
    load.finish(&clients(&hosts)).await;
    hosts.into_iter().for_each(Running::kill);
    let log = store.parse::<Address>().unwrap().open().await.unwrap();
    let log = log.read_all(Position::START, usize::MAX).await.unwrap();
    let log = log.iter().map(|stored| serde_json::from_str(&stored.event.to_string()).unwrap()).collect();
    let history = History { log, answered: load.answered, received: received.all(), is_shared: true };
    let late = latest(&history);
    println!(
        "{engine}: {} events, {} answers, {} webhooks, the latest after {late} ms",
        history.log.len(),
        history.answered.len(),
        history.received.len()
    );
    history.check().unwrap_or_else(|wrong| panic!("{wrong}"));
    assert!(late < (LEASE + SLACK + away).as_millis() as i64, "a call was stuck for {late} ms");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs servers behind two links"]
async fn a_host_that_is_cut_off_from_postgres_is_replaced() {
    cut_off("CALLFOLD_POSTGRES", "postgres", |server, name| format!("{server}&schema=cuts_{name}")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs servers behind two links"]
async fn a_host_that_is_cut_off_from_nats_is_replaced() {
    cut_off("CALLFOLD_NATS", "nats", |server, name| format!("{server}/cuts_{name}")).await;
}

/// One of two hosts is stopped for longer than its leases last, or the link between it and the engine is cut. It then goes on.
async fn cut_off(variable: &str, engine: &str, store: impl Fn(&str, &str) -> String) {
    let names = [variable.to_owned(), format!("{variable}_2"), "CALLFOLD_SERVERS".to_owned()];
    let [Ok(one), Ok(two), Ok(servers)] = names.map(std::env::var) else {
        return println!("SKIPPED: hosts that are cut off from {engine}: {variable}_2 is not set");
    };
    if !is_built_with(engine) {
        return;
    }
    let name = std::process::id().to_string();
    let stores = [store(&one, &name), store(&two, &name)];
    let received = Arc::new(Received::default());
    let mut load = Load::new(listen(Arc::clone(&received)).await);
    let hosts: Vec<_> =
        (0..).zip(&stores).map(|(host, store)| Running::start(&config(store, host)).unwrap()).collect();
    for round in 0..number("CALLFOLD_CUTS", 4) {
        run(&mut load, &hosts, LEASE * 2).await;
        let is_cut = round % 2 == 0;
        let away = |is_away: bool| match is_cut {
            true => script(&servers, "link", if is_away { "down" } else { "up" }),
            false => hosts[0].signal(if is_away { "STOP" } else { "CONT" }),
        };
        away(true);
        run(&mut load, &hosts[1..], LEASE * 2).await;
        away(false);
    }
    run(&mut load, &hosts, LEASE * 2).await;
    check(engine, &stores[1], hosts, load, &received, Duration::ZERO).await;
}

fn is_built_with(engine: &str) -> bool {
    let is_built = match engine {
        "postgres" => cfg!(feature = "postgres"),
        _ => cfg!(feature = "nats"),
    };
    if !is_built {
        println!("SKIPPED: hosts on {engine}: the tests are built without the feature `{engine}`");
    }
    is_built
}

fn clients(hosts: &[Running]) -> Vec<Client> {
    hosts.iter().map(|host| host.client.clone()).collect()
}

/// Puts load on the hosts for a time. Those who get no answer send again.
async fn run(load: &mut Load, hosts: &[Running], time: Duration) {
    #[expect(clippy::disallowed_methods, reason = "the load takes a time")]
    let end = Instant::now() + time;
    let clients = clients(hosts);
    _ = tokio::time::timeout_at(end.into(), async {
        loop {
            load.run(&clients).await;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
}

fn script(servers: &str, script: &str, engine: &str) {
    let status = Command::new(format!("{servers}/{script}")).arg(engine).status().unwrap();
    assert!(status.success(), "{script} {engine}: {status}");
}

fn config(store: &str, host: u64) -> String {
    settings(store, 1000 + host, &format!("lease = \"{}s\"", LEASE.as_secs()))
}
