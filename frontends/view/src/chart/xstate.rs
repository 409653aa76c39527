//! Charts as machines of `XState`.

use callfold::chart::{Chart, Node, Step};
use serde::ser::{Serialize, Serializer};

use super::caption::beginning;
use super::entrance::{BEFORE, entrances};
use super::tree::{Branch, tree};

/// The chart as the configuration of an [XState](https://stately.ai/docs/machines) 5 machine, in JSON. Pass it to
/// `createMachine`. Superstates are states with child states. The id of a state is its name, and the names of transitions
/// are event types.
///
/// The initial state is [`BEFORE`]. XState also requires an `initial` state inside each superstate. It is the first child, and
/// it is never used, because no transition leads to a superstate. The final states of an operation are children of `settled`.
/// The final state of a call, `terminated`, is at the top level and ends the machine.
///
/// ```
/// use callfold::chart::Chart;
/// use callfold::serde_json;
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
    let mut json = serde_json::to_string_pretty(&machine).expect("strings serialize to JSON");
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

/// A JSON object whose members keep their order.
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
