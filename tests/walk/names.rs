//! What is said to be legal is legal, and what is refused is not said to be.

use std::collections::BTreeSet;

use callfold::call::{Call, NetworkEvent};
use callfold::graph::Method;
use callfold::{Ledger, Refusal, Why};

use super::claims::{Claim, ensure};
use super::happenings::offer;
use super::moves::{CALL, Made, known, method, now, start};

/// What a call lets now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Legal {
    methods: Vec<&'static str>,
    network_events: Vec<&'static str>,
}

impl Legal {
    pub(crate) fn of(ledger: &Ledger) -> Self {
        let call = known(ledger);
        // A call that is known is offered no second time, and a refusal says what could happen instead.
        let refused = Call::on_network_event(Some(call), call.id(), offer(serde_json::json!({})), now(call));
        let network_events = refused.err().map(|refusal| refusal.legal).unwrap_or_default();
        Self { methods: call.legal_methods().map(Method::as_str).collect(), network_events }
    }

    /// What one move says of it.
    pub(crate) fn agrees(&self, made: &Made, call: &Call) -> Claim {
        let name = match (method(made), &made.happened) {
            (Some(method), _) => method.as_str(),
            (None, Some(network_event)) => network_event.name(),
            (None, None) => return Ok(()),
        };
        let names = if made.request.is_some() { &self.methods } else { &self.network_events };
        let is_legal = names.contains(&name);
        let Err(refusal) = &made.events else {
            ensure!(is_legal, "{name} is taken, and not in {names:?}");
            return Ok(());
        };
        ensure!(refusal.what == name, "{name} is refused as {}", refusal.what);
        ensure!(refusal.state == Some(call.state()), "refused in {:?}", refusal.state);
        match &refusal.why {
            Why::State | Why::Kind(_) | Why::UnknownCall => {
                ensure!(!is_legal, "{name} is in {names:?}, and refused: {refusal}");
            }
            Why::Part(_) | Why::UnknownItem(_) => ensure!(is_legal, "{name} is not in {names:?}: {refusal}"),
            Why::Invalid { .. } | Why::Permission(_) => {}
            _ => return Err(format!("a reason that nobody knows: {refusal}")),
        }
        says(refusal, name, names)
    }

    /// Every stimulus that is said to be legal happens, in one way at least.
    pub(crate) fn happened(&self, happened: &BTreeSet<&'static str>) -> Claim {
        let never: Vec<_> = self.network_events.iter().filter(|name| !happened.contains(*name)).collect();
        ensure!(never.is_empty(), "{never:?} are said to be legal, and refused in every way");
        Ok(())
    }
}

/// A refusal for the state names all that is legal, and nothing else.
fn says(refusal: &Refusal, name: &str, names: &[&'static str]) -> Claim {
    if matches!(refusal.why, Why::State | Why::Part(_)) {
        let legal: Vec<_> = names.iter().copied().filter(|legal| *legal != name).collect();
        ensure!(refusal.legal == legal, "{:?} are said to be legal, and {legal:?} are", refusal.legal);
    }
    Ok(())
}

/// Before a call began nothing but its beginning is legal.
pub(crate) fn nothing_happens_before(network_event: &NetworkEvent) -> Claim {
    let refused = Ledger::new().on_network_event(CALL, network_event.clone(), start());
    let is_beginning = matches!(network_event, NetworkEvent::Offered(_));
    match refused {
        Ok(_) => ensure!(is_beginning, "{} begins a call", network_event.name()),
        Err(refusal) => ensure!(refusal.legal == ["offered"] && !is_beginning, "{refusal}"),
    }
    Ok(())
}
