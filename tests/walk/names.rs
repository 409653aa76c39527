//! The moves that the crate names as legal are legal, and refused moves are not named.

use std::collections::BTreeSet;

use callfold::call::{Call, NetworkEvent};
use callfold::{Input, Ledger, Legal, Refusal, Why};

use super::claims::{Claim, ensure};
use super::happenings::offer;
use super::moves::{CALL, Made, known, method, now, start};

/// The moves that the crate names as legal for a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    methods: Legal,
    network_events: Legal,
}

impl Named {
    pub(crate) fn of(ledger: &Ledger) -> Self {
        let call = known(ledger);
        // An offer of a known call is refused, and the refusal names the network events that could happen
        // instead.
        let refused = Call::on_network_event(Some(call), call.id(), offer(serde_json::json!({})), now(call));
        let network_events = refused.map_or_else(|refusal| refusal.legal, |_| Legal::NetworkEvents(vec![]));
        Self { methods: call.legal_methods().collect(), network_events }
    }

    /// Checks the result of one move against the named ones.
    pub(crate) fn agrees(&self, made: &Made, call: &Call) -> Claim {
        let what: Input = match (method(made), &made.happened) {
            (Some(method), _) => method.into(),
            (None, Some(network_event)) => network_event.kind().into(),
            (None, None) => return Ok(()),
        };
        let names = if made.request.is_some() { &self.methods } else { &self.network_events };
        let is_legal = names.contains(what);
        let Err(refusal) = &made.events else {
            ensure!(is_legal, "{what} is accepted, but not in {names:?}");
            return Ok(());
        };
        ensure!(refusal.what == what, "{what} is refused as {}", refusal.what);
        ensure!(refusal.state == Some(call.state()), "refused in {:?}", refusal.state);
        match &refusal.why {
            Why::State | Why::Kind(_) | Why::UnknownCall => {
                ensure!(!is_legal, "{what} is in {names:?}, but refused: {refusal}");
            }
            Why::Part(_) => ensure!(is_legal, "{what} is not in {names:?}: {refusal}"),
            Why::Invalid { .. } | Why::Permission(_) | Why::UnknownItem(_) => {}
            _ => return Err(format!("an unknown reason: {refusal}")),
        }
        says(refusal, what, names)
    }

    /// Checks that every network event that is named as legal happened with at least one payload.
    pub(crate) fn happened(&self, happened: &BTreeSet<&'static str>) -> Claim {
        let never: Vec<_> = self.network_events.names().filter(|name| !happened.contains(name)).collect();
        ensure!(never.is_empty(), "{never:?} are named as legal, but were refused with every payload");
        Ok(())
    }
}

/// Checks that a refusal for the state names all that is legal, and nothing else.
fn says(refusal: &Refusal, what: Input, names: &Legal) -> Claim {
    if matches!(refusal.why, Why::State | Why::Part(_)) {
        let legal: Vec<_> = names.inputs().filter(|legal| *legal != what).collect();
        ensure!(
            refusal.legal.inputs().eq(legal.iter().copied()),
            "{:?} are named as legal, but {legal:?} are legal",
            refusal.legal
        );
    }
    Ok(())
}

/// Checks that only an offer is legal before a call has begun.
pub(crate) fn nothing_happens_before(network_event: &NetworkEvent) -> Claim {
    let refused = Ledger::new().on_network_event(CALL, network_event.clone(), start());
    let is_beginning = matches!(network_event, NetworkEvent::Offered(_));
    match refused {
        Ok(_) => ensure!(is_beginning, "{} begins a call", network_event.kind().as_str()),
        Err(refusal) => ensure!(refusal.legal.names().eq(["offered"]) && !is_beginning, "{refusal}"),
    }
    Ok(())
}
