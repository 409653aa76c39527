//! An option: its name, and the error about it.

use callfold::graph::ODataError;

/// Options of OData that this service does not have.
const ELSEWHERE: &[&str] = &[
    "apply",
    "compute",
    "count",
    "deltatoken",
    "filter",
    "format",
    "index",
    "levels",
    "orderby",
    "search",
    "skiptoken",
];

/// The name of an option, without `$` and in lower case; `None` if a parameter is no option.
pub(super) fn option_name(name: &str) -> Option<String> {
    let lower = name.trim().to_ascii_lowercase();
    if let Some(name) = lower.strip_prefix('$') {
        return Some(name.to_owned());
    }
    let is_known =
        ["select", "expand", "top", "skip"].contains(&lower.as_str()) || ELSEWHERE.contains(&lower.as_str());
    is_known.then_some(lower)
}

/// The error about an option.
pub(super) fn refused(option: &str, message: String) -> ODataError {
    ODataError::new("BadRequest", message).with("option", format!("${option}"))
}
