//! Rules of leases.

use std::sync::Arc;
use std::time::Duration;

use callfold::uuid::Uuid;
use tokio::task::JoinSet;

use crate::error::AppendError;
use crate::lease::Lease;
use crate::store::{Noted, Position, Store};
use crate::testing::broken::{Broken, ensure};
use crate::testing::events::{call, event, events};
use crate::testing::subject::Subject;

/// Long enough not to pass during a test.
const LONG: Duration = Duration::from_secs(600);

/// The shortest time that every store can keep: a message of a broker stays for whole seconds.
const SHORT: Duration = Duration::from_secs(1);

/// The holders that want one lease.
const HOLDERS: u128 = 40;

fn holder(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

async fn lease(store: &dyn Store, name: &str, of: u128, lasts: Duration) -> Result<Option<Lease>, Broken> {
    let taken = store.lease(&[name.to_owned()], holder(of), lasts).await?;
    ensure!(taken.iter().all(|lease| lease.name == name), "the lease `{name}` was wanted: {taken:?}");
    ensure!(taken.len() < 2, "one lease was wanted: {taken:?}");
    Ok(taken.into_iter().next())
}

async fn taken(store: &dyn Store, name: &str, of: u128, lasts: Duration) -> Result<Lease, Broken> {
    let lease = lease(store, name, of, lasts).await?;
    lease.ok_or_else(|| Broken::new(format!("holder {of} does not get the lease `{name}`, which is free")))
}

/// Of forty that want a lease at the same time, one gets it. Another lease is free meanwhile.
///
/// # Errors
///
/// The rule is broken.
pub async fn one_of_forty_gets_a_lease(subject: &dyn Subject) -> Result<(), Broken> {
    let store = subject.fresh().await?;
    let start = Arc::new(tokio::sync::Barrier::new(HOLDERS as usize));
    let mut holders = JoinSet::new();
    for number in 1..=HOLDERS {
        let (store, start) = (Arc::clone(&store), Arc::clone(&start));
        holders.spawn(async move {
            start.wait().await;
            Ok::<_, Broken>(lease(&*store, "calls/1", number, LONG).await?.map(|lease| (number, lease)))
        });
    }
    let outcomes = holders.join_all().await.into_iter().collect::<Result<Vec<_>, _>>()?;
    let won: Vec<_> = outcomes.into_iter().flatten().collect();
    let [(winner, won)] = won.as_slice() else {
        return Err(Broken::new(format!("{} of {HOLDERS} got the same lease", won.len())));
    };
    taken(&*store, "calls/2", HOLDERS + 1, LONG).await?;
    let mut leases = store.leases().await?;
    leases.sort_by(|one, other| one.lease.name.cmp(&other.lease.name));
    let holders: Vec<_> = leases.iter().map(|leased| (&*leased.lease.name, leased.holder)).collect();
    let expected = [("calls/1", holder(*winner)), ("calls/2", holder(HOLDERS + 1))];
    ensure!(holders == expected, "the store has these leases: {leases:?}");
    ensure!(leases.first().is_some_and(|first| first.lease == *won), "the store has another token");
    Ok(())
}

/// A lease that its holder makes last longer keeps its token, and nobody else gets it.
///
/// # Errors
///
/// The rule is broken.
pub async fn a_lease_can_be_made_to_last_longer(subject: &dyn Subject) -> Result<(), Broken> {
    let store = subject.fresh().await?;
    let first = taken(&*store, "calls/1", 1, SHORT).await?;
    let again = taken(&*store, "calls/1", 1, LONG).await?;
    ensure!(first == again, "a lease that lasts longer changed its token: {first:?}, then {again:?}");
    tokio::time::sleep(SHORT * 2).await;
    let stolen = lease(&*store, "calls/1", 2, LONG).await?;
    ensure!(stolen.is_none(), "somebody else got a lease that was made to last longer");
    store.append_under(std::slice::from_ref(&again), &[event(call(1), 1, "held")]).await?;
    Ok(())
}

/// After its time, a lease is free. It then has a higher token.
///
/// # Errors
///
/// The rule is broken.
pub async fn a_lease_ends_with_its_time(subject: &dyn Subject) -> Result<(), Broken> {
    let store = subject.fresh().await?;
    let first = taken(&*store, "calls/1", 1, SHORT).await?;
    let early = lease(&*store, "calls/1", 2, LONG).await?;
    ensure!(early.is_none(), "somebody else got a lease before its time had passed");
    for _ in 0..100 {
        tokio::time::sleep(SHORT / 20).await;
        if let Some(second) = lease(&*store, "calls/1", 2, LONG).await? {
            ensure!(second.token > first.token, "the token did not rise: {first:?}, then {second:?}");
            return Ok(());
        }
    }
    Err(Broken::new("a lease of one second was not free after five"))
}

/// A lease that is given back is free, and does not stand any more. To give back a lost lease changes nothing.
///
/// # Errors
///
/// The rule is broken.
pub async fn a_released_lease_is_free(subject: &dyn Subject) -> Result<(), Broken> {
    let store = subject.fresh().await?;
    let first = taken(&*store, "calls/1", 1, LONG).await?;
    store.release(std::slice::from_ref(&first)).await?;
    ensure!(store.leases().await?.is_empty(), "a lease that was given back is still there");
    let second = taken(&*store, "calls/1", 2, LONG).await?;
    ensure!(second.token > first.token, "the token did not rise: {first:?}, then {second:?}");
    store.release(&[first]).await?;
    let third = lease(&*store, "calls/1", 3, LONG).await?;
    ensure!(third.is_none(), "the old holder gave back the lease of the new one");
    Ok(())
}

/// What is appended or noted under a lease that another holder has taken is refused, and nothing of it is stored. A lease
/// that stands changes nothing.
///
/// # Errors
///
/// The rule is broken.
pub async fn a_lost_lease_stops_what_is_under_it(subject: &dyn Subject) -> Result<(), Broken> {
    let store = subject.fresh().await?;
    let kept = taken(&*store, "calls/1", 1, LONG).await?;
    let lost = taken(&*store, "calls/2", 1, LONG).await?;
    let under = |lease: &Lease| [kept.clone(), lease.clone()];
    store.append_under(&under(&lost), &events(call(1), 3)).await?;
    store.note_under(&under(&lost), "webhooks", &[Noted { call: call(1), revision: 1 }]).await?;
    store.release(std::slice::from_ref(&lost)).await?;
    let new = taken(&*store, "calls/2", 2, LONG).await?;

    let stale = [event(call(1), 4, "late"), event(call(2), 1, "late")];
    is_lost(store.append_under(&under(&lost), &stale).await)?;
    is_lost(store.append_under(std::slice::from_ref(&lost), &stale).await)?;
    is_lost(store.note_under(&under(&lost), "webhooks", &[Noted { call: call(1), revision: 2 }]).await)?;
    let stored = store.read_all(Position::START, 10).await?.len();
    ensure!(stored == 3, "3 events were stored under leases that stood, and there are {stored}");
    let noted = store.noted_of("webhooks", call(1)).await?;
    ensure!(noted == 1, "a note under a lost lease was kept: revision {noted}");

    store.append_under(&under(&new), &stale).await?;
    store.note_under(&under(&new), "webhooks", &[Noted { call: call(1), revision: 2 }]).await?;
    ensure!(store.noted_of("webhooks", call(1)).await? == 2, "a note under a new lease was not kept");
    Ok(())
}

fn is_lost(outcome: Result<(), AppendError>) -> Result<(), Broken> {
    match outcome {
        Err(AppendError::LeaseLost(lost)) if lost.name == "calls/2" => Ok(()),
        Err(other) => Err(Broken::new(format!("the lease `calls/2` is lost, but the error is: {other}"))),
        Ok(()) => Err(Broken::new("something was stored under a lease that another holder has taken")),
    }
}
