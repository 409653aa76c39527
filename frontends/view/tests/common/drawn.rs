//! Reads the texts and positions of a picture.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test may panic, and reads only a few parts of an XML document"
)]

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// A text and the area that it covers.
#[derive(Debug)]
pub struct Text {
    pub words: String,
    pub left: f64,
    pub right: f64,
    pub middle: f64,
    pub size: f64,
}

/// The contents of a picture.
#[derive(Debug, Default)]
pub struct Drawn {
    pub width: f64,
    pub height: f64,
    pub description: String,
    pub texts: Vec<Text>,
    pub titles: Vec<String>,
    /// The steps that have a tick, each with its horizontal position.
    pub steps: Vec<(usize, f64)>,
    pub elements: usize,
}

impl Drawn {
    /// Panics where the picture is not well-formed XML.
    pub fn read(picture: &str) -> Self {
        let mut drawn = Self::default();
        assert!(picture.chars().all(is_allowed), "a character that XML forbids");
        let mut reader = Reader::from_str(picture);
        reader.config_mut().check_end_names = true;
        // The open elements: the name, the attributes and the text of each.
        let mut open: Vec<(String, BTreeMap<String, String>, String)> = Vec::new();
        loop {
            match reader.read_event().unwrap() {
                Event::Start(start) => {
                    let (name, attributes) = element(&start);
                    drawn.begin(&name, &attributes);
                    open.push((name, attributes, String::new()));
                }
                Event::Empty(start) => {
                    let (name, attributes) = element(&start);
                    drawn.begin(&name, &attributes);
                }
                Event::End(_) => {
                    let (name, attributes, words) = open.pop().unwrap();
                    let by = open.iter().map(|(_, outer, _)| moved(outer));
                    let by = by.fold((0.0, 0.0), |all, one| (all.0 + one.0, all.1 + one.1));
                    drawn.end(&name, &attributes, words, by);
                }
                Event::Text(words) => open.last_mut().into_iter().for_each(|(.., said)| {
                    said.push_str(&words);
                }),
                Event::GeneralRef(name) => open.last_mut().into_iter().for_each(|(.., said)| {
                    said.push_str(quick_xml::escape::resolve_predefined_entity(&name).unwrap());
                }),
                Event::Eof => break,
                _ => {}
            }
        }
        assert!(open.is_empty());
        drawn
    }

    fn begin(&mut self, name: &str, attributes: &BTreeMap<String, String>) {
        self.elements += 1;
        assert!(!attributes.contains_key("id"), "ids would collide");
        assert!(name != "script" && !attributes.keys().any(|name| name.starts_with("on")));
        if name == "svg" {
            assert_eq!(attributes["role"], "img");
            (self.width, self.height) = (number(attributes, "width"), number(attributes, "height"));
            assert_eq!(attributes["viewBox"], format!("0 0 {} {}", self.width, self.height));
        }
        if let Some(step) = attributes.get("data-step") {
            self.steps.push((step.parse().unwrap(), number(attributes, "data-x")));
        }
    }

    fn end(&mut self, name: &str, attributes: &BTreeMap<String, String>, words: String, by: (f64, f64)) {
        match name {
            "desc" => self.description = words,
            "title" => self.titles.push(words),
            "text" => {
                let size = number(attributes, "font-size");
                let (x, wide) = (number(attributes, "x") + by.0, width(&words) * size);
                let left = match attributes["text-anchor"].as_str() {
                    "start" => x,
                    "middle" => x - wide / 2.0,
                    _ => x - wide,
                };
                let middle = number(attributes, "y") - size * 0.35 + by.1;
                self.texts.push(Text { words, left, right: left + wide, middle, size });
            }
            _ => {}
        }
    }

    pub fn says(&self, words: &str) -> bool {
        self.texts.iter().any(|text| text.words == words)
    }

    /// Panics where two texts overlap, or where a text leaves the picture.
    pub fn is_sound(&self, which: &str) {
        for (number, one) in self.texts.iter().enumerate() {
            let half = one.size / 2.0;
            assert!(one.left >= 0.0 && one.right <= self.width, "{which}: {one:?}");
            assert!(one.middle - half >= 0.0 && one.middle + half <= self.height, "{which}: {one:?}");
            for other in &self.texts[..number] {
                let is_separate = one.right <= other.left || other.right <= one.left;
                let is_apart = (one.middle - other.middle).abs() >= (one.size + other.size) * 0.4;
                assert!(is_separate || is_apart, "{which}: {one:?} on {other:?}");
            }
        }
    }
}

fn element(start: &BytesStart<'_>) -> (String, BTreeMap<String, String>) {
    let attributes = start.attributes().map(|attribute| {
        let attribute = attribute.unwrap();
        (attribute.key.as_ref().to_owned(), attribute.value.into_owned())
    });
    (start.name().as_ref().to_owned(), attributes.collect())
}

fn number(attributes: &BTreeMap<String, String>, name: &str) -> f64 {
    attributes[name].parse().unwrap()
}

fn moved(attributes: &BTreeMap<String, String>) -> (f64, f64) {
    let place = attributes.get("transform").and_then(|place| place.strip_prefix("translate("));
    let place = place.and_then(|place| place.strip_suffix(')')?.split_once(','));
    place.map_or((0.0, 0.0), |(x, y)| (x.parse().unwrap(), y.parse().unwrap()))
}

/// The width of a text with a font size of one pixel in DejaVu Sans, which is a wide font.
fn width(words: &str) -> f64 {
    let letter = |letter: char| match letter {
        'i' | 'j' | 'l' | ' ' | '.' | ',' | ':' => 0.32,
        'f' | 'r' | 't' => 0.4,
        'm' | 'w' | 'M' | 'W' | '…' => 0.98,
        'A'..='Z' => 0.74,
        '\0'..='~' => 0.63,
        _ => 1.0,
    };
    words.chars().map(letter).sum()
}

/// [XML 1.0](https://www.w3.org/TR/xml/#charsets)
fn is_allowed(letter: char) -> bool {
    matches!(letter, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}
