//! One call as a picture: its states, and all that went on meanwhile, over the time that passed.

mod axis;
mod clock;
mod deadlines;
mod events;
mod findings;
mod head;
mod ink;
mod keys;
mod legend;
mod letters;
mod operations;
mod people;
mod room;
mod scale;
mod sheet;
mod state_spans;

use svg::Document;
use svg::node::Text as Words;
use svg::node::element::{Description, Group, Style, Title};

use crate::story::Story;
use ink::{SIZE, SMALL, Spot, fitted, group, line, px, rectangle, text};
use sheet::{Lane, MARGIN, RIGHT, Sheet, WIDTH};

pub(crate) const STYLE: &str = include_str!("timeline/style.css");

/// Where the axis begins, beneath the title.
const TOP: f64 = 84.0;
/// Between two lanes.
const BETWEEN: f64 = 12.0;
/// So many events have a line through all lanes each.
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

/// The call as an SVG, to look at, to send, or to put into a page. Colours follow the reader's scheme, light or dark, and nothing
/// is told by colour alone; `<desc>` tells the call in words. What there is no room for is left out, and that is said.
///
/// Time is linear, but that events keep apart and that long pauses are squeezed; both are marked. Where no times are told, events
/// stand evenly.
///
/// ```
/// use callfold_view::story::Story;
/// use callfold_view::timeline;
///
/// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"offered","data":{}}"#;
/// let story = Story::of(vec![line.parse()?], Vec::new())?;
/// assert!(timeline::svg(&story).contains("Call 57dab8b1-894c-409a-b240-bd8beae78896"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn svg(story: &Story) -> String {
    svg_at(story, None)
}

/// The same with a line through all lanes at a step, by its number from 0: a group of the class `now`, drawn for the place 0 and
/// moved to the step by its `transform`. [`places`] tells where else it may be moved.
///
/// ```
/// use callfold_view::story::Story;
/// use callfold_view::timeline;
///
/// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"offered","data":{}}"#;
/// let story = Story::of(vec![line.parse()?], Vec::new())?;
/// assert!(timeline::svg_at(&story, Some(0)).contains(r#"class="now""#));
/// assert!(!timeline::svg_at(&story, None).contains(r#"class="now""#));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn svg_at(story: &Story, now: Option<usize>) -> String {
    let sheet = Sheet::of(story);
    let axis = axis::axis(&sheet, TOP);
    let begin = TOP + axis.height;
    let mut y = begin;
    let mut lanes = Vec::new();
    for lane in LANES {
        if let Some(lane) = lane(&sheet, y) {
            y += lane.height + BETWEEN;
            lanes.push(lane.group);
        }
    }
    let end = y;
    let legend = legend::lane(&sheet, y + 4.0);
    let height = y + legend.as_ref().map_or(0.0, |legend| legend.height + 4.0) + 12.0;
    let behind =
        [ground(height), heads(&sheet), axis::grounds(&sheet.scale, begin, end), guides(&sheet, begin, end)];
    let legend = legend.map(|legend| legend.group);
    let now = now.map(|step| marker(sheet.at(step), end));
    let all = behind.into_iter().chain(now).chain([axis.group]).chain(lanes).chain(legend);
    let document = all.fold(document(&sheet, height), Document::add);
    format!("{document}\n")
}

/// Where each step of the story stands from the left, in units of the picture's `viewBox`.
///
/// ```
/// use callfold_view::story::Story;
/// use callfold_view::timeline;
///
/// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"offered","data":{}}"#;
/// let story = Story::of(vec![line.parse()?], Vec::new())?;
/// assert_eq!(timeline::places(&story).len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn places(story: &Story) -> Vec<f64> {
    Sheet::of(story).scale.places.into_iter().map(px).collect()
}

fn document(sheet: &Sheet<'_>, height: f64) -> Document {
    Document::new()
        .set("class", "callfold-timeline")
        .set("role", "img")
        .set("viewBox", (0, 0, WIDTH, px(height)))
        .set("width", WIDTH)
        .set("height", px(height))
        .add(Title::new(head::title(sheet)))
        .add(Description::new().add(Words::new(head::description(sheet))))
        .add(Style::new(STYLE))
}

fn ground(height: f64) -> Group {
    group("ground").add(rectangle(0.0, 0.0, WIDTH, height))
}

fn heads(sheet: &Sheet<'_>) -> Group {
    let room = RIGHT - MARGIN;
    let line = |class, words: &str, size, y| fitted(class, words, size, Spot::RightOf(MARGIN, y), room);
    group("head")
        .add(line("title", &head::title(sheet), 17.0, 22.0))
        .add(line("ending", &head::ending(sheet), 14.0, 46.0))
        .add(line("note", &head::extent(sheet), SIZE, 67.0))
}

/// A line through all lanes for each event, where there are few.
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
        Spot::Around(0.0, TOP - 4.0),
    ))
}
