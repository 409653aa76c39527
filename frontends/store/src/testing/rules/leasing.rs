//! Rules of leases.

use std::sync::Arc;
use std::time::Duration;

use callfold::uuid::Uuid;
use tokio::task::JoinSet;

use crate::error::AppendError;
use crate::lease::{Lease, Leased};
use crate::store::{Noted, Store};
use crate::testing::broken::{Broken, ensure};
use crate::testing::events::{call, event, events};
use crate::testing::expect::{has, has_all};
use crate::testing::subject::Subject;

/// Long enough not to pass during a test.
pub(super) const LONG: Duration = Duration::from_secs(600);

/// The shortest time that every store can keep: a message of a broker stays for whole seconds.
const SHORT: Duration = Duration::from_secs(1);

/// The holders that want one lease.
const HOLDERS: u128 = 40;

pub(super) fn holder(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

/// The lease that a holder gets. `None` if another has it.
pub(super) async fn lease(
    store: &dyn Store,
    name: &str,
    of: u128,
    lasts: Duration,
) -> Result<Option<Lease>, Broken> {
    let taken = store.lease(&[name.to_owned()], holder(of), lasts).await?;
    ensure!(taken.iter().all(|lease| lease.name == name), "the lease `{name}` was wanted: {taken:?}");
    ensure!(taken.len() < 2, "one lease was wanted: {taken:?}");
    Ok(taken.into_iter().next())
}

/// The lease that a holder must get.
pub(super) async fn taken(store: &dyn Store, name: &str, of: u128, lasts: Duration) -> Result<Lease, Broken> {
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
    let mut expected = Vec::new();
    for number in 1..=5 {
        expected.push(race(&store, &format!("calls/{number}")).await?);
    }
    let mut leases = store.leases().await?;
    leases.sort_by(|one, other| one.lease.name.cmp(&other.lease.name));
    ensure!(leases == expected, "{expected:?} were taken, and the store has {leases:?}");
    Ok(())
}

/// Returns what the winner has.
async fn race(store: &Arc<dyn Store>, name: &str) -> Result<Leased, Broken> {
    let start = Arc::new(tokio::sync::Barrier::new(HOLDERS as usize));
    let mut holders = JoinSet::new();
    for number in 1..=HOLDERS {
        let (store, start, name) = (Arc::clone(store), Arc::clone(&start), name.to_owned());
        holders.spawn(async move {
            start.wait().await;
            let lease = lease(&*store, &name, number, LONG).await?;
            Ok::<_, Broken>(lease.map(|lease| Leased { lease, holder: holder(number) }))
        });
    }
    let outcomes = holders.join_all().await.into_iter().collect::<Result<Vec<_>, _>>()?;
    let mut won: Vec<_> = outcomes.into_iter().flatten().collect();
    ensure!(won.len() == 1, "{} of {HOLDERS} got the same lease", won.len());
    won.pop().ok_or_else(|| Broken::new("nobody got the lease"))
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

/// A lease that is given back is free. To give back a lost lease changes nothing.
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

/// One call takes several leases: exactly those that no other holder has come back.
///
/// # Errors
///
/// The rule is broken.
pub async fn many_leases_are_taken_in_one_call(subject: &dyn Subject) -> Result<(), Broken> {
    let store = subject.fresh().await?;
    let names = |numbers: &[u32]| numbers.iter().map(|number| format!("calls/{number}")).collect::<Vec<_>>();
    ensure!(store.lease(&[], holder(1), LONG).await?.is_empty(), "no lease was wanted, and some came back");
    let own = taken(&*store, "calls/4", 1, LONG).await?;
    store.lease(&names(&[2, 5]), holder(2), LONG).await?;
    let mut taken = store.lease(&names(&[1, 2, 3, 4, 5, 6]), holder(1), LONG).await?;
    taken.sort_by(|one, other| one.name.cmp(&other.name));
    let free = taken.iter().map(|lease| lease.name.clone()).collect::<Vec<_>>();
    ensure!(free == names(&[1, 3, 4, 6]), "another has leases 2 and 5 of 6, and these came back: {free:?}");
    ensure!(
        taken.contains(&own),
        "a lease that its holder takes again changed its token: {own:?}, {taken:?}"
    );
    store.append_under(&taken, &[event(call(1), 1, "under four leases")]).await?;
    Ok(())
}

/// One call gives several leases back. One of them that does not stand any more does not keep the others from being free.
///
/// # Errors
///
/// The rule is broken.
pub async fn many_leases_are_released_in_one_call(subject: &dyn Subject) -> Result<(), Broken> {
    let store = subject.fresh().await?;
    let mut leases = Vec::new();
    for name in ["calls/1", "calls/2", "calls/3", "calls/4"] {
        leases.push(taken(&*store, name, 1, LONG).await?);
    }
    store.release(leases.get(1..2).unwrap_or_default()).await?;
    taken(&*store, "calls/2", 2, LONG).await?;
    store.release(leases.get(..3).unwrap_or_default()).await?;
    for name in ["calls/1", "calls/3"] {
        let free = lease(&*store, name, 3, LONG).await?;
        ensure!(free.is_some(), "`{name}` was given back together with others, and is not free");
    }
    let other = lease(&*store, "calls/4", 3, LONG).await?;
    ensure!(other.is_none(), "`calls/4` was not given back, and another got it");
    Ok(())
}

/// The list of leases has none whose time has passed.
///
/// # Errors
///
/// The rule is broken.
pub async fn an_expired_lease_is_not_listed(subject: &dyn Subject) -> Result<(), Broken> {
    let store = subject.fresh().await?;
    taken(&*store, "calls/1", 1, SHORT).await?;
    let kept = Leased { lease: taken(&*store, "calls/2", 2, LONG).await?, holder: holder(2) };
    let mut listed = Vec::new();
    for _ in 0..100 {
        tokio::time::sleep(SHORT / 20).await;
        listed = store.leases().await?;
        ensure!(listed.contains(&kept), "a lease of ten minutes is not listed any more: {listed:?}");
        if listed.len() == 1 {
            return Ok(());
        }
    }
    Err(Broken::new(format!("a lease of one second is still listed after five: {listed:?}")))
}

/// What is appended under several leases is refused if another holder has taken one of them, and nothing of it is stored.
/// Leases that stand change nothing.
///
/// # Errors
///
/// The rule is broken.
pub async fn a_lost_lease_stops_an_append(subject: &dyn Subject) -> Result<(), Broken> {
    let store = subject.fresh().await?;
    let kept = taken(&*store, "calls/1", 1, LONG).await?;
    let lost = taken(&*store, "calls/2", 1, LONG).await?;
    store.append_under(&[kept.clone(), lost.clone()], &events(call(1), 3)).await?;
    let new = stolen(&*store, &lost).await?;

    let batch = [event(call(1), 4, "late"), event(call(2), 1, "late")];
    is_lost(store.append_under(&[kept.clone(), lost.clone()], &batch).await)?;
    is_lost(store.append_under(&[lost.clone(), kept.clone()], &batch).await)?;
    is_lost(store.append_under(&[lost], &batch).await)?;
    has_all(&*store, &events(call(1), 3)).await?;
    store.append_under(&[kept, new], &batch).await?;
    has(&*store, call(2), &[event(call(2), 1, "late")]).await
}

/// What is noted under several leases is refused if another holder has taken one of them, and nothing of it is noted. Leases
/// that stand change nothing.
///
/// # Errors
///
/// The rule is broken.
pub async fn a_lost_lease_stops_a_note(subject: &dyn Subject) -> Result<(), Broken> {
    let store = subject.fresh().await?;
    store.append(&events(call(1), 3)).await?;
    let kept = taken(&*store, "calls/1", 1, LONG).await?;
    let lost = taken(&*store, "calls/2", 1, LONG).await?;
    let note = |revision| [Noted { call: call(1), revision }];
    store.note_under(&[kept.clone(), lost.clone()], "webhooks", &note(1)).await?;
    let new = stolen(&*store, &lost).await?;

    is_lost(store.note_under(&[kept.clone(), lost.clone()], "webhooks", &note(2)).await)?;
    is_lost(store.note_under(&[lost.clone(), kept.clone()], "webhooks", &note(2)).await)?;
    is_lost(store.note_under(&[lost], "webhooks", &note(2)).await)?;
    let noted = store.noted("webhooks").await?;
    ensure!(noted == note(1), "revision 1 was noted before the lease was lost, and now {noted:?} is");
    store.note_under(&[kept, new], "webhooks", &note(2)).await?;
    let noted = store.noted("webhooks").await?;
    ensure!(noted == note(2), "revision 2 was noted under the new lease, and now {noted:?} is");
    Ok(())
}

/// The lease of the holder who takes this one.
async fn stolen(store: &dyn Store, from: &Lease) -> Result<Lease, Broken> {
    store.release(std::slice::from_ref(from)).await?;
    taken(store, &from.name, 2, LONG).await
}

fn is_lost(outcome: Result<(), AppendError>) -> Result<(), Broken> {
    match outcome {
        Err(AppendError::LeaseLost(lost)) if lost.name == "calls/2" => Ok(()),
        Err(other) => Err(Broken::new(format!("the lease `calls/2` is lost, but the error is: {other}"))),
        Ok(()) => Err(Broken::new("something was stored under a lease that another holder has taken")),
    }
}
