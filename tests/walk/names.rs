//! The moves that the crate names as legal are legal, and refused moves are not named.

use std::collections::BTreeSet;

use callfold::call::{Call, NetworkEvent};
use callfold::graph::Method;
use callfold::{Ledger, Refusal, Why};

use super::claims::{Claim, ensure};
use super::happenings::offer;
use super::moves::{CALL, Made, known, method, now, start};

/// The moves that the crate names as legal for a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Legal {
    methods: Vec<&'static str>,
    network_events: Vec<&'static str>,
}

impl Legal {
    pub(crate) fn of(ledger: &Ledger) -> Self {
        let call = known(ledger);
        // An offer of a known call is refused, and the refusal names the network events that could happen
        // instead.
        let refused = Call::on_network_event(Some(call), call.id(), offer(serde_json::json!({})), now(call));
        let network_events = refused.err().map(|refusal| refusal.legal).unwrap_or_default();
        Self { methods: call.legal_methods().map(Method::as_str).collect(), network_events }
    }

    /// Checks the result of one move against the named ones.
    pub(crate) fn agrees(&self, made: &Made, call: &Call) -> Claim {
        let name = match (method(made), &made.happened) {
            (Some(method), _) => method.as_str(),
            (None, Some(network_event)) => network_event.kind().as_str(),
            (None, None) => return Ok(()),
        };
        let names = if made.request.is_some() { &self.methods } else { &self.network_events };
        let is_legal = names.contains(&name);
        let Err(refusal) = &made.events else {
            ensure!(is_legal, "{name} is accepted, but not in {names:?}");
            return Ok(());
        };
        ensure!(refusal.what == name, "{name} is refused as {}", refusal.what);
        ensure!(refusal.state == Some(call.state()), "refused in {:?}", refusal.state);
        match &refusal.why {
            Why::State | Why::Kind(_) | Why::UnknownCall => {
                ensure!(!is_legal, "{name} is in {names:?}, but refused: {refusal}");
            }
            Why::Part(_) => ensure!(is_legal, "{name} is not in {names:?}: {refusal}"),
            Why::Invalid { .. } | Why::Permission(_) | Why::UnknownItem(_) => {}
            _ => return Err(format!("an unknown reason: {refusal}")),
        }
        says(refusal, name, names)
    }

    /// Checks that every network event that is named as legal happened with at least one payload.
    pub(crate) fn happened(&self, happened: &BTreeSet<&'static str>) -> Claim {
        let never: Vec<_> = self.network_events.iter().filter(|name| !happened.contains(*name)).collect();
        ensure!(never.is_empty(), "{never:?} are named as legal, but were refused with every payload");
        Ok(())
    }
}

/// Checks that a refusal for the state names all that is legal, and nothing else.
fn says(refusal: &Refusal, name: &str, names: &[&'static str]) -> Claim {
    if matches!(refusal.why, Why::State | Why::Part(_)) {
        let legal: Vec<_> = names.iter().copied().filter(|legal| *legal != name).collect();
        ensure!(refusal.legal == legal, "{:?} are named as legal, but {legal:?} are legal", refusal.legal);
    }
    Ok(())
}

/// Checks that only an offer is legal before a call has begun.
pub(crate) fn nothing_happens_before(network_event: &NetworkEvent) -> Claim {
    let refused = Ledger::new().on_network_event(CALL, network_event.clone(), start());
    let is_beginning = matches!(network_event, NetworkEvent::Offered(_));
    match refused {
        Ok(_) => ensure!(is_beginning, "{} begins a call", network_event.kind().as_str()),
        Err(refusal) => ensure!(refusal.legal == ["offered"] && !is_beginning, "{refusal}"),
    }
    Ok(())
}
