//! The configuration of a machine of `XState`.

use callfold::chart::{Chart, Node, Step};
use serde::ser::{Serialize, Serializer};

use super::tree::{Branch, tree};
use super::{BEFORE, beginning, entrances};

/// The chart as the configuration of an [XState](https://stately.ai/docs/machines) 5 machine, in JSON: what its `createMachine`
/// takes. Superstates are states that hold others; each state bears its name as its id, and causes are types of events.
///
/// It begins in [`BEFORE`]. XState wants an `initial` wherever there are states within: it is the first, and no
/// transition leads to a superstate, so that none is ever entered that way. The states that settle an operation are final
/// within `settled`; a machine is done where a final state stands at the top, as `terminated` does.
///
/// ```
/// use callfold::chart::Chart;
///
/// let config: serde_json::Value = serde_json::from_str(&callfold_view::chart::xstate(Chart::Call))?;
/// assert_eq!(config["states"]["live"]["states"]["connected"]["states"]["hold"]["on"]["resumed"], "#established");
/// # Ok::<(), serde_json::Error>(())
/// ```
pub fn xstate(chart: Chart) -> String {
    let nodes = chart.nodes();
    let steps = chart.steps();
    let entrances = entrances(chart).into_iter().map(|(event, state)| (event, format!("#{state}")));
    let before = State { id: BEFORE, on: Ordered(entrances.collect()), ..State::default() };
    let mut states = branches(&tree(&nodes), &steps);
    states.insert(0, (BEFORE, before));
    let machine = Machine {
        id: chart.as_str(),
        description: beginning(chart),
        initial: BEFORE,
        states: Ordered(states),
    };
    let mut json = serde_json::to_string_pretty(&machine).expect("names are no obstacle to JSON");
    json.push('\n');
    json
}

#[derive(serde::Serialize)]
struct Machine {
    id: &'static str,
    description: &'static str,
    initial: &'static str,
    states: Ordered<&'static str, State>,
}

#[derive(Default, serde::Serialize)]
struct State {
    id: &'static str,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    initial: Option<&'static str>,
    #[serde(skip_serializing_if = "Ordered::is_empty")]
    on: Ordered<String, String>,
    #[serde(skip_serializing_if = "Ordered::is_empty")]
    states: Ordered<&'static str, Self>,
}

/// An object whose members stay in their order.
struct Ordered<K, V>(Vec<(K, V)>);

impl<K, V> Ordered<K, V> {
    const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<K, V> Default for Ordered<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: Serialize, V: Serialize> Serialize for Ordered<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}

fn branches(of: &[Branch<'_>], steps: &[Step]) -> Vec<(&'static str, State)> {
    let member = |branch: &Branch<'_>| match branch {
        Branch::State(node) => (node.name, state(node, steps)),
        Branch::Superstate(name, inner) => {
            let states = branches(inner, steps);
            let initial = states.first().map(|(name, _)| *name);
            (*name, State { id: name, initial, states: Ordered(states), ..State::default() })
        }
    };
    of.iter().map(member).collect()
}

fn state(node: &Node, steps: &[Step]) -> State {
    let out = steps.iter().filter(|step| step.from == node.name);
    let on = out.map(|step| (step.transition.to_owned(), format!("#{}", step.to)));
    State {
        id: node.name,
        kind: node.is_final.then_some("final"),
        on: Ordered(on.collect()),
        ..State::default()
    }
}
