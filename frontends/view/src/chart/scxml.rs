//! Charts as State Chart XML (SCXML) of the W3C.

use std::io;

use callfold::chart::{Chart, Node, Step};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::caption::beginning;
use super::entrance::{BEFORE, entrances};
use super::tree::{Branch, tree};

/// The chart as a [State Chart XML](https://www.w3.org/TR/scxml/) document. Superstates are states with child states, and
/// the names of transitions are events. Every transition is an element of the state that it leaves, and none is an element of
/// a superstate. So an event that the chart refuses in a state is refused by the machine, too.
///
/// The initial state is [`BEFORE`]. The final states of an operation are children of `settled`, so that entering one raises
/// `done.state.settled`. The final state of a call, `terminated`, is at the top level and ends the machine.
///
/// ```
/// use callfold::chart::Chart;
///
/// let scxml = callfold_view::chart::scxml(Chart::Call);
/// assert!(scxml.contains(r#"<transition event="adopted.hold" target="hold"/>"#));
/// assert!(scxml.contains(r#"<final id="terminated"/>"#));
/// ```
pub fn scxml(chart: Chart) -> String {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    write(chart, &mut writer).expect("writing to a vector does not fail");
    let mut document = String::from_utf8(writer.into_inner()).expect("names are UTF-8");
    document.push('\n');
    document
}

fn write(chart: Chart, writer: &mut Writer<Vec<u8>>) -> io::Result<()> {
    let nodes = chart.nodes();
    let steps = chart.steps();
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    writer.write_event(Event::Comment(BytesText::new(&format!(" {} ", beginning(chart)))))?;
    let scxml = writer.create_element("scxml").with_attributes([
        ("xmlns", "http://www.w3.org/2005/07/scxml"),
        ("version", "1.0"),
        ("datamodel", "null"),
        ("name", chart.as_str()),
        ("initial", BEFORE),
    ]);
    scxml.write_inner_content(|writer| {
        writer.create_element("state").with_attribute(("id", BEFORE)).write_inner_content(|writer| {
            entrances(chart).iter().try_for_each(|(event, state)| transition(event, state, writer))
        })?;
        branches(&tree(&nodes), &steps, writer)
    })?;
    Ok(())
}

fn branches(of: &[Branch<'_>], steps: &[Step], writer: &mut Writer<Vec<u8>>) -> io::Result<()> {
    of.iter().try_for_each(|branch| match branch {
        Branch::State(node) => state(node, steps, writer),
        Branch::Superstate(name, inner) => {
            let superstate = writer.create_element("state").with_attribute(("id", *name));
            superstate.write_inner_content(|writer| branches(inner, steps, writer)).map(drop)
        }
    })
}

fn state(node: &Node, steps: &[Step], writer: &mut Writer<Vec<u8>>) -> io::Result<()> {
    if node.is_final {
        writer.create_element("final").with_attribute(("id", node.name)).write_empty()?;
        return Ok(());
    }
    let state = writer.create_element("state").with_attribute(("id", node.name));
    state.write_inner_content(|writer| {
        let mut out = steps.iter().filter(|step| step.from == node.name);
        out.try_for_each(|step| transition(step.transition, step.to, writer))
    })?;
    Ok(())
}

fn transition(event: &str, target: &str, writer: &mut Writer<Vec<u8>>) -> io::Result<()> {
    let attributes = [("event", event), ("target", target)];
    writer.create_element("transition").with_attributes(attributes).write_empty().map(drop)
}
