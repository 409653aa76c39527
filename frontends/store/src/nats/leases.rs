//! Leases: messages that the server removes when their time has passed.

use std::collections::BTreeMap;
use std::time::Duration;

use callfold::uuid::Uuid;

use super::failed::Failed;
use super::get::{self, Scan};
use super::held::{Hold, LASTS, TOKEN};
use super::server::{Draft, each};
use super::session::Session;
use super::subjects;
use crate::lease::{Lease, LeaseLost, Leased};

/// The header with the time after which the server removes a message.
const TTL: &str = "Nats-TTL";

/// How often a lease is looked at again because others changed it.
const ATTEMPTS: usize = 10;

/// Takes leases or makes them last longer. Leaves out those that another holder has.
pub(super) async fn lease(
    session: &Session,
    names: &[String],
    holder: Uuid,
    lasts: Duration,
) -> Result<Vec<Lease>, Failed> {
    // A batch that is on its way has the sequences of the messages that are replaced here.
    let _turn = session.queue.turn().await;
    let one = |name: String| async move { take(session, &name, holder, lasts).await };
    Ok(each(names.to_vec(), one).await?.into_iter().flatten().collect())
}

async fn take(session: &Session, name: &str, holder: Uuid, lasts: Duration) -> Result<Option<Lease>, Failed> {
    let mut known = session.held.get(name).filter(|hold| hold.holder == holder);
    for _ in 0..ATTEMPTS {
        let hold = match known.take() {
            Some(hold) => Some(hold),
            None => look(session, name).await?,
        };
        let is_of_another = |hold: Hold| hold.holder != holder && !session.held.is_over(name, &hold);
        if hold.is_some_and(is_of_another) {
            return Ok(None);
        }
        match put(session, name, hold, holder, lasts).await {
            Err(failed) if failed.is_late() => {}
            put => {
                let hold = put?;
                session.held.keep(name, Some(hold));
                return Ok(Some(hold.lease(name)));
            }
        }
    }
    Err(Failed::Busy)
}

/// What the server has about a lease.
async fn look(session: &Session, name: &str) -> Result<Option<Hold>, Failed> {
    let found = get::last(&session.server, &session.subjects.lease(name)).await?;
    let hold = found.as_ref().map(Hold::of).transpose()?;
    session.held.keep(name, hold);
    Ok(hold)
}

/// Stores the message of a lease, instead of the one before.
async fn put(
    session: &Session,
    name: &str,
    before: Option<Hold>,
    holder: Uuid,
    lasts: Duration,
) -> Result<Hold, Failed> {
    let draft = Draft::new(session.subjects.lease(name), holder.to_string());
    let lasts = lasts.min(Lease::LONGEST);
    let draft = draft.replace().header(TTL, &ttl(lasts)).header(LASTS, &lasts.as_millis().to_string());
    let draft = draft.expect(before.map_or(0, |before| before.sequence));
    let token = before.filter(|before| before.holder == holder).map(|before| before.token);
    let draft = token.into_iter().fold(draft, |draft, token| draft.header(TOKEN, &token.to_string()));
    let sequence = session.server.store(draft).await?;
    Ok(Hold { holder, token: token.unwrap_or(sequence), sequence, lasts: Some(lasts) })
}

/// The server counts in whole seconds, and one at least.
fn ttl(lasts: Duration) -> String {
    let begun = u64::from(lasts.subsec_nanos() > 0);
    format!("{}s", (lasts.as_secs() + begun).max(1))
}

/// All leases. Those whose time has passed are removed by the server, or are left out here.
pub(super) async fn leases(session: &Session) -> Result<Vec<Leased>, Failed> {
    let found = Scan::new(&session.server, session.subjects.all_leases(), 1).all().await?;
    let mut leases = Vec::with_capacity(found.len());
    for found in &found {
        let hold = Hold::of(found)?;
        let name = subjects::name(&found.subject).ok_or(Failed::Foreign(found.sequence))?;
        if !session.held.is_over(&name, &hold) {
            leases.push(Leased { lease: hold.lease(&name), holder: hold.holder });
        }
    }
    Ok(leases)
}

/// Removes the messages of leases that still stand.
pub(super) async fn release(session: &Session, leases: &[Lease]) -> Result<(), Failed> {
    let one = |lease: Lease| async move {
        for _ in 0..ATTEMPTS {
            let Some(hold) = look(session, &lease.name).await?.filter(|hold| hold.token == lease.token)
            else {
                return Ok(());
            };
            // A later message, of another holder or of this one, stays.
            let before = Some(hold.sequence.saturating_add(1));
            session.server.purge_before(&session.subjects.lease(&lease.name), before).await?;
        }
        Err(Failed::Busy)
    };
    each(leases.to_vec(), one).await.map(drop)
}

/// Fails unless all these leases stand. It asks the server.
pub(super) async fn stand(session: &Session, leases: &[Lease]) -> Result<(), Failed> {
    for lease in leases {
        if look(session, &lease.name).await?.is_none_or(|hold| hold.token != lease.token) {
            return Err(lost(lease));
        }
    }
    Ok(())
}

/// Messages that the server refuses if one of these leases does not stand.
pub(super) async fn fences(session: &Session, leases: &[Lease]) -> Result<Vec<Draft>, Failed> {
    let mut fences: BTreeMap<&str, Draft> = BTreeMap::new();
    for lease in leases {
        // The message is needed only for its check.
        let fence = Draft::new(session.subjects.fence(&lease.name), "").header(TTL, &ttl(Duration::ZERO));
        fences.insert(&lease.name, fenced(session, lease, fence).await?);
    }
    Ok(fences.into_values().collect())
}

/// A message that the server refuses if a lease does not stand.
pub(super) async fn fenced(session: &Session, lease: &Lease, draft: Draft) -> Result<Draft, Failed> {
    let stands = |hold: &Hold| hold.token == lease.token;
    let hold = match session.held.get(&lease.name).filter(stands) {
        Some(hold) => hold,
        None => look(session, &lease.name).await?.filter(stands).ok_or_else(|| lost(lease))?,
    };
    Ok(draft.expect_of(&session.subjects.lease(&lease.name), hold.sequence))
}

fn lost(lease: &Lease) -> Failed {
    Failed::LeaseLost(LeaseLost { name: lease.name.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_a_lease_is_in_whole_seconds() {
        for (milliseconds, ttl) in [(0, "1s"), (1, "1s"), (1000, "1s"), (1001, "2s")] {
            assert_eq!(super::ttl(Duration::from_millis(milliseconds)), ttl);
        }
    }
}
