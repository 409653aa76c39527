//! Other spellings of a line. Most of them mean the same, and some mean almost the same.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::fmt;

use callfold::Recorded;
use proptest::sample::Index;
use serde_json::{Value, json};

/// A spelling of a line, with its name.
#[derive(Clone, Copy)]
pub(super) struct Spelling(&'static str, fn(&str, &Index) -> String);

impl Spelling {
    pub(super) fn spell(self, line: &str, place: &Index) -> String {
        self.1(line, place)
    }
}

impl fmt::Debug for Spelling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

pub(super) const SPELLINGS: &[Spelling] = &[
    Spelling("with white space", |line, _| read(line, |line| pretty(&line))),
    Spelling("between white space", |line, _| format!(" {line}\t")),
    Spelling("in another order", |line, _| read(line, |line| line.to_string())),
    Spelling("as a CloudEvent", |line, _| recorded(line, |line| line.cloud_event().to_string())),
    Spelling("canonically", |line, _| recorded(line, Recorded::to_string)),
    Spelling("with ids in upper case", |line, _| ids(line, str::to_uppercase)),
    Spelling("with ids without dashes", |line, _| ids(line, |id| id.replace('-', ""))),
    Spelling("with escapes", escaped),
    Spelling("with all numbers as texts", |line, _| in_data(line, texts)),
    Spelling("with one number in another way", numbered),
    Spelling("with another revision", |line, place| {
        let non_canonical =
            ["0", "9007199254740992", "9007199254740991", "-1", "1.0", "\"1\"", "1e0", "01", "null"];
        let number = line.find(r#""rev":"#).map_or("", |at| digits(&line[at + 6..]));
        line.replacen(
            &format!(r#""rev":{number}"#),
            &format!(r#""rev":{}"#, non_canonical[place.index(non_canonical.len())]),
            1,
        )
    }),
    Spelling("at the same time elsewhere", |line, place| {
        timed(line, place, &["-07:00[-07:00]", "+01:00", "+00:00"])
    }),
    Spelling("with other digits of its time", |line, place| timed(line, place, &["000Z", "0Z", "z", "123Z"])),
    Spelling("at another time", |line, place| {
        let non_canonical =
            ["2026-02-30T00:00:00Z", "1600-01-01T00:00:00Z", "2300-01-01T00:00:00Z", "2026-11-23T24:00:00Z"];
        let non_canonical = [
            &non_canonical[..],
            &["-000100-01-01T00:00:00Z", "2026-11-23T09:00:60Z", "", "9999-12-31T23:59:59Z"],
        ]
        .concat();
        with_time(line, non_canonical[place.index(non_canonical.len())])
    }),
    Spelling("with a null member", |line, place| a_member(line, place, |value| *value = Value::Null)),
    Spelling("with an unknown member", |line, place| {
        let non_canonical =
            [json!(1), json!(1.5), json!("Ü"), json!([1, "a", null, {}]), json!({ "b": [], "a": true })];
        let non_canonical = non_canonical[place.index(non_canonical.len())].clone();
        in_data(line, move |data| {
            if data.is_object() {
                data["unknownMember"] = non_canonical.clone()
            }
        })
    }),
    Spelling("with a text for a member", |line, place| a_member(line, place, |value| *value = json!("1"))),
    Spelling("with a letter in another case", |line, place| {
        let letters: Vec<_> =
            line.char_indices().filter(|(_, letter)| letter.is_ascii_alphabetic()).collect();
        let Some((at, letter)) = letters.get(place.index(letters.len().max(1))) else { return line.into() };
        let other = (u8::try_from(*letter).unwrap() ^ b' ') as char;
        format!("{}{other}{}", &line[..*at], &line[at + 1..])
    }),
    Spelling("inferred or not", |line, place| {
        let non_canonical = ["true", "false", "null", "1", "true,\"inferred\":true"];
        line.strip_suffix('}').map_or_else(String::new, |line| {
            format!(r#"{line},"inferred":{}}}"#, non_canonical[place.index(non_canonical.len())])
        })
    }),
    Spelling("with a member twice", |line, place| {
        let non_canonical = [
            r#""rev":1"#,
            r#""data":{}"#,
            r#""call":"00000000-0000-0000-0000-000000000000""#,
            r#""x":0,"x":1"#,
        ];
        line.replacen(
            r#","type""#,
            &format!(r#",{},"type""#, non_canonical[place.index(non_canonical.len())]),
            1,
        )
    }),
    Spelling("with a datum twice", |line, place| {
        let non_canonical =
            [r#""id":"o-1","#, r#""state":null,"#, r#""sequenceId":1,"#, r#""participants":[],"#];
        line.replacen(
            r#""data":{"#,
            &format!(r#""data":{{{}"#, non_canonical[place.index(non_canonical.len())]),
            1,
        )
    }),
];

fn read(line: &str, write: impl Fn(Value) -> String) -> String {
    serde_json::from_str(line).map_or_else(|_| line.into(), write)
}

fn recorded(line: &str, write: impl Fn(&Recorded) -> String) -> String {
    line.parse::<Recorded>().map_or_else(|_| line.into(), |recorded| write(&recorded))
}

fn pretty(line: &Value) -> String {
    serde_json::to_string_pretty(line).unwrap().replace('\n', "\r\t")
}

/// The line with all GUIDs in another spelling.
fn ids(line: &str, write: impl Fn(&str) -> String) -> String {
    let texts = line.split('"').map(|text| match text.parse::<callfold::CallId>() {
        Ok(_) => write(text),
        Err(_) => text.into(),
    });
    texts.collect::<Vec<_>>().join("\"")
}

/// The line with one character escaped wherever it occurs in a text.
fn escaped(line: &str, place: &Index) -> String {
    let characters = ['-', 'e', 'a', 'd', '1', 'ü'];
    let character = characters[place.index(characters.len())];
    let escape = format!("\\u{:04x}", u32::from(character));
    let texts = line.split('"').enumerate();
    let texts = texts.map(|(index, text)| match index % 2 {
        1 if !line.contains('\\') => text.replace(character, &escape),
        _ => text.into(),
    });
    texts.collect::<Vec<_>>().join("\"")
}

fn in_data(line: &str, change: impl Fn(&mut Value)) -> String {
    let Ok(mut read) = serde_json::from_str::<Value>(line) else { return line.into() };
    let Some(data) = read.get_mut("data") else { return line.into() };
    change(data);
    let changed = read.to_string();
    recorded(&changed, Recorded::to_string)
}

fn texts(value: &mut Value) {
    match value {
        Value::Number(number) => *value = number.to_string().into(),
        Value::Array(items) => items.iter_mut().for_each(texts),
        Value::Object(members) => members.values_mut().for_each(texts),
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

fn digits(text: &str) -> &str {
    &text[..text.bytes().take_while(u8::is_ascii_digit).count()]
}

/// The line with one number of the data in another spelling, which may mean the same.
fn numbered(line: &str, place: &Index) -> String {
    let Some(data) = line.find(r#""data""#) else { return line.into() };
    let starts: Vec<_> = line[data..].match_indices(":").map(|(at, _)| data + at + 1).collect();
    let starts: Vec<_> = starts.into_iter().filter(|at| !digits(&line[*at..]).is_empty()).collect();
    if starts.is_empty() {
        return line.into();
    }
    let (at, number) =
        (starts[place.index(starts.len())], digits(&line[starts[place.index(starts.len())]..]));
    let non_canonical =
        ["-0", "1e3", "1E+2", "0.0", "01", "9223372036854775808", "99999999999", "true", "null", "+1", "-7"];
    format!(
        "{}{}{}",
        &line[..at],
        non_canonical[place.index(non_canonical.len())],
        &line[at + number.len()..]
    )
}

fn timed(line: &str, place: &Index, ends: &[&str]) -> String {
    let Some(begin) = line.find(r#""at":""#).map(|at| at + 6) else { return line.into() };
    let Some(length) = line[begin..].find("Z\"") else { return line.into() };
    let end = ends[place.index(ends.len())];
    format!("{}{end}{}", &line[..begin + length], &line[begin + length + 1..])
}

fn with_time(line: &str, time: &str) -> String {
    let Some(begin) = line.find(r#""at":""#).map(|at| at + 6) else { return line.into() };
    let Some(length) = line[begin..].find('"') else { return line.into() };
    format!("{}{time}{}", &line[..begin], &line[begin + length..])
}

/// The line with one member changed, of the data or of an object in it.
fn a_member(line: &str, place: &Index, change: impl Fn(&mut Value)) -> String {
    in_data(line, |data| {
        let mut count = 0;
        members(data, &mut |_| count += 1);
        let (chosen, mut at) = (place.index(count.max(1)), 0);
        members(data, &mut |value| {
            if at == chosen {
                change(value);
            }
            at += 1;
        });
    })
}

fn members(value: &mut Value, visit: &mut dyn FnMut(&mut Value)) {
    match value {
        Value::Object(object) => {
            for member in object.values_mut() {
                members(member, visit);
                visit(member);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| members(item, visit)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
