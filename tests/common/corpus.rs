//! The published payloads, in the folder that `CALLFOLD_CORPUS` names, and the comparison of a payload with
//! the one that is written again.

use std::fs;
use std::path::PathBuf;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

const WHERE: &str = "needs the folder of published payloads in CALLFOLD_CORPUS";

fn corpus() -> PathBuf {
    std::env::var_os("CALLFOLD_CORPUS").expect(WHERE).into()
}

pub(crate) fn lines(name: &str) -> Vec<Value> {
    let text = fs::read_to_string(corpus().join(name)).expect("the corpus has its index");
    text.lines().map(|line| serde_json::from_str(line).expect("the index is JSON")).collect()
}

pub(crate) fn payload(file: &str) -> Value {
    let text = fs::read_to_string(corpus().join(file)).expect("the index names files");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"))
}

pub(crate) fn through<T: DeserializeOwned + Serialize>(value: &Value) -> Value {
    let read: T = serde_json::from_value(value.clone()).expect("every payload is read");
    serde_json::to_value(read).expect("what was read is written")
}

/// Lists the values of the original that are missing or different in the written JSON.
pub(crate) fn compare(path: &str, original: &Value, written: &Value, lost: &mut Vec<String>) {
    match (original, written) {
        (Value::Object(members), Value::Object(others)) => {
            for (name, value) in members {
                let other = others.iter().find(|(other, _)| other.eq_ignore_ascii_case(name));
                match other {
                    Some((_, other)) => compare(&format!("{path}/{name}"), value, other, lost),
                    None => lost.push(format!("{path}/{name}")),
                }
            }
        }
        (Value::Array(items), Value::Array(others)) if items.len() != others.len() => {
            lost.push(format!("{path}: {} became {}", items.len(), others.len()));
        }
        (Value::Array(items), Value::Array(others)) => {
            for (index, (item, other)) in items.iter().zip(others).enumerate() {
                compare(&format!("{path}/{index}"), item, other, lost);
            }
        }
        _ if canonical(original) == canonical(written) => {}
        _ => lost.push(path.to_owned()),
    }
}

/// A scalar without the differences that canonical writing makes: letter case, dashes of a GUID, quotes
/// around a number. A GUID keeps its letter case.
pub(crate) fn canonical(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let text = if text.parse::<callfold::CallId>().is_ok() { text } else { text.to_lowercase() };
    text.replace('-', "").trim_start_matches('#').to_owned()
}
