//! A page of a collection.

use callfold::graph::ODataError;
use serde_json::Value;

use super::option::{option_name, refused};

/// The items that a request reads: those after the first `skip`, and at most `top`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) top: Option<usize>,
    pub(super) skip: usize,
}

impl Page {
    /// Keeps the items of the page. Returns the `skip` of the next page, if there is one.
    pub(super) fn cut(self, items: &mut Vec<Value>) -> Option<usize> {
        items.drain(..self.skip.min(items.len()));
        let top = self.top.filter(|top| *top < items.len())?;
        items.truncate(top);
        Some(self.skip + top)
    }
}

/// The value of `$top`.
pub(super) fn top(value: &str) -> Result<usize, ODataError> {
    number(value).filter(|top| *top > 0).ok_or_else(|| {
        let message =
            "Invalid value for the query option '$top': it must be a whole number from 1 to 2147483647.";
        refused("top", message.to_owned())
    })
}

/// The value of `$skip`.
pub(super) fn skip(value: &str) -> Result<usize, ODataError> {
    number(value).ok_or_else(|| {
        let message =
            "Invalid value for the query option '$skip': it must be a whole number from 0 to 2147483647.";
        refused("skip", message.to_owned())
    })
}

fn number(value: &str) -> Option<usize> {
    let is_plain = value.bytes().all(|byte| byte.is_ascii_digit());
    value.parse::<i32>().ok().filter(|_| is_plain).and_then(|number| number.try_into().ok())
}

/// The address of the next page: that of the request, with another `$skip`.
pub(super) fn link(url: &str, skip: usize) -> String {
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let is_skip = |part: &str| {
        let name = form_urlencoded::parse(part.as_bytes()).next().and_then(|(name, _)| option_name(&name));
        name.as_deref() == Some("skip")
    };
    let skip = format!("$skip={skip}");
    let kept = query.split('&').filter(|part| !part.is_empty() && !is_skip(part));
    let parts: Vec<_> = kept.chain([skip.as_str()]).collect();
    format!("{path}?{}", parts.join("&"))
}
