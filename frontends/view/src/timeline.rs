//! A call as a picture: its states, operations, participants, keys, deadlines, findings and events on a time axis.

mod axis;
mod clock;
mod deadlines;
mod events;
mod findings;
mod head;
mod keys;
mod legend;
mod letters;
pub(crate) mod operations;
mod people;
mod row_layout;
mod scale;
mod shapes;
mod sheet;
mod state_spans;

use svg::Document;
use svg::node::Text as Words;
use svg::node::element::{Description, Group, Style, Title};

use crate::history::steps::CallHistory;
use shapes::{Anchor, SIZE, SMALL, fitted, group, line, px, rectangle, text};
use sheet::{Lane, Layout, MARGIN, Sheet};

pub(crate) const STYLE: &str = include_str!("timeline/style.css");

/// The top of the axis, below the title.
const TOP: f64 = 84.0;
/// The space between two lanes.
const BETWEEN: f64 = 12.0;
/// Up to this number of events, each event has a line through all lanes.
const LINED: usize = 80;

type Draw = fn(&Sheet<'_>, f64) -> Option<Lane>;

const LANES: [Draw; 8] = [
    state_spans::state,
    state_spans::audio,
    operations::lane,
    people::lane,
    keys::lane,
    deadlines::lane,
    findings::lane,
    events::lane,
];

/// The call as an SVG picture. The colours follow the colour scheme of the reader, light or dark, and no information is
/// shown by colour alone. The element `<desc>` describes the call in words. Items for which there is no room are left out,
/// and the picture shows how many.
///
/// The time axis is linear, with two exceptions: events keep a minimum distance, and long pauses are shortened and marked.
/// Without times, the events are evenly spaced.
///
/// ```
/// use callfold_view::history::CallHistory;
/// use callfold_view::timeline;
///
/// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"offered","data":{}}"#;
/// let history = CallHistory::of(vec![line.parse()?], Vec::new())?;
/// assert!(timeline::svg(&history).contains("Call 57dab8b1-894c-409a-b240-bd8beae78896"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn svg(history: &CallHistory) -> String {
    svg_at(history, None)
}

/// The same picture as [`svg()`], with a line through all lanes at the step `now`, counted from 0. The line
/// is a group of the class `now` that is drawn at x = 0 and moved to the step by its `transform`. With the
/// positions from [`places`], a script can move the line to other steps. If there is no step `now`, the line
/// is at the last step.
///
/// ```
/// use callfold_view::history::CallHistory;
/// use callfold_view::timeline;
///
/// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"offered","data":{}}"#;
/// let history = CallHistory::of(vec![line.parse()?], Vec::new())?;
/// assert!(timeline::svg_at(&history, Some(0)).contains(r#"class="now""#));
/// assert!(!timeline::svg_at(&history, None).contains(r#"class="now""#));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn svg_at(history: &CallHistory, now: Option<usize>) -> String {
    drawn(&Sheet::of(history, Layout::Wide), now)
}

/// The same lanes as in [`svg()`] for a small screen: names are above the lanes and not beside them, and there is no title,
/// which the reader sees above the picture.
///
/// ```
/// use callfold_view::history::CallHistory;
/// use callfold_view::timeline;
///
/// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"offered","data":{}}"#;
/// let history = CallHistory::of(vec![line.parse()?], Vec::new())?;
/// assert!(timeline::svg_narrow(&history).contains(r#"width="348""#));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn svg_narrow(history: &CallHistory) -> String {
    drawn(&Sheet::of(history, Layout::Narrow), None)
}

fn drawn(sheet: &Sheet<'_>, now: Option<usize>) -> String {
    let (top, head) = match sheet.layout {
        Layout::Wide => (TOP, Some(heads(sheet))),
        Layout::Narrow => (0.0, None),
    };
    let axis = axis::axis(sheet, top);
    let begin = top + axis.height;
    let mut y = begin;
    let mut lanes = Vec::new();
    for lane in LANES {
        if let Some(lane) = lane(sheet, y) {
            y += lane.height + BETWEEN;
            lanes.push(lane.group);
        }
    }
    let end = y;
    let legend = legend::lane(sheet, y + 4.0);
    let height = y + legend.as_ref().map_or(0.0, |legend| legend.height + 4.0) + 12.0;
    let behind = [ground(sheet, height)].into_iter().chain(head);
    let behind = behind.chain([axis::grounds(&sheet.scale, begin, end), guides(sheet, begin, end)]);
    let legend = legend.map(|legend| legend.group);
    let now = now.map(|step| marker(sheet.at(step), end));
    let all = behind.chain(now).chain([axis.group]).chain(lanes).chain(legend);
    let document = all.fold(document(sheet, top, height), Document::add);
    format!("{document}\n")
}

/// The horizontal position of each step of the history, in units of the `viewBox` of the picture.
pub fn places(history: &CallHistory) -> Vec<f64> {
    Sheet::of(history, Layout::Wide).scale.places.into_iter().map(px).collect()
}

fn document(sheet: &Sheet<'_>, top: f64, height: f64) -> Document {
    Document::new()
        .set("class", "callfold-timeline")
        .set("role", "img")
        .set("data-top", top)
        .set("viewBox", (0, 0, sheet.width, px(height)))
        .set("width", sheet.width)
        .set("height", px(height))
        .add(Title::new(head::title(sheet)))
        .add(Description::new().add(Words::new(head::description(sheet))))
        .add(Style::new(STYLE))
}

fn ground(sheet: &Sheet<'_>, height: f64) -> Group {
    group("ground").add(rectangle(0.0, 0.0, sheet.width, height))
}

fn heads(sheet: &Sheet<'_>) -> Group {
    let room = sheet.right - MARGIN;
    let line = |class, words: &str, size, y| fitted(class, words, size, Anchor::RightOf(MARGIN, y), room);
    group("head")
        .add(line("title", &head::title(sheet), 17.0, 22.0))
        .add(line("ending", &head::ending(sheet), 14.0, 46.0))
        .add(line("note", &head::extent(sheet), SIZE, 67.0))
}

/// A line through all lanes for each event. Many events get no lines.
fn guides(sheet: &Sheet<'_>, top: f64, bottom: f64) -> Group {
    let places = sheet.scale.places.iter().filter(|_| sheet.scale.places.len() <= LINED);
    places.fold(group("guides"), |all, x| all.add(line((*x, top - 18.0), (*x, bottom))))
}

fn marker(x: f64, bottom: f64) -> Group {
    let place = format!("translate({},0)", px(x));
    let label = rectangle(-16.0, TOP - 12.0, 32.0, 16.0).set("rx", 8);
    group("now").set("transform", place).add(line((0.0, TOP + 4.0), (0.0, bottom))).add(label).add(text(
        "",
        "now",
        SMALL,
        Anchor::Around(0.0, TOP - 4.0),
    ))
}
