//! How people name a call: by its id, by the beginning of its id, or by the path of a resource of the call.

use std::fmt;
use std::str::FromStr;

use callfold::CallId;
use callfold::uuid::fmt::{Hyphenated, Simple};

/// The greatest number of characters of an id.
const LONGEST: usize = Hyphenated::LENGTH;

/// What people paste around a name.
const AROUND: [(char, char); 5] = [('"', '"'), ('\'', '\''), ('`', '`'), ('“', '”'), ('(', ')')];

/// What stands behind the beginning of an id where a program has cut it off.
const AFTER: [&str; 2] = ["…", "..."];

/// An id or the beginning of one, in lower case.
#[derive(Clone, Debug)]
pub(crate) struct CallName(String);

impl CallName {
    /// The id, where the name is a whole one.
    pub(crate) fn id(&self) -> Option<CallId> {
        self.0.parse().ok()
    }

    /// True where an id begins with this name, with dashes or without.
    pub(crate) fn begins(&self, id: CallId) -> bool {
        let guid = id.guid();
        guid.hyphenated().encode_lower(&mut [0; Hyphenated::LENGTH]).starts_with(&self.0)
            || guid.simple().encode_lower(&mut [0; Simple::LENGTH]).starts_with(&self.0)
    }
}

impl FromStr for CallName {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = pasted(text);
        let id = if text.contains('/') { of_resource(text).unwrap_or_default() } else { text };
        let id = id.to_ascii_lowercase();
        let id = id.strip_prefix("urn:uuid:").unwrap_or(&id);
        let bare = id.strip_prefix('{').map(|id| id.strip_suffix('}').unwrap_or(id));
        let id = bare.unwrap_or(id);
        let is_in_id = |byte: u8| byte.is_ascii_hexdigit() || byte == b'-';
        if id.is_empty() || id.starts_with('-') || id.len() > LONGEST || !id.bytes().all(is_in_id) {
            return Err("a call is named by its id, which is a GUID, by the beginning of it, \
                        or by a path such as /communications/calls/ID");
        }
        Ok(Self(id.into()))
    }
}

impl fmt::Display for CallName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A name without what is pasted with it.
fn pasted(text: &str) -> &str {
    let mut name = text.trim();
    while let Some(inner) =
        AROUND.iter().find_map(|(open, close)| name.strip_prefix(*open)?.strip_suffix(*close))
    {
        name = inner.trim();
    }
    let name = name.trim_end_matches('/');
    AFTER.iter().find_map(|after| name.strip_suffix(after)).unwrap_or(name)
}

/// The id in the path or the URL of a resource of a call.
fn of_resource(path: &str) -> Option<&str> {
    let path = path.split(['?', '#']).next()?;
    let mut parts = path.split('/');
    while let Some(part) = parts.next() {
        // OData writes `calls('ID')`.
        let (name, key) = part.split_once("('").map_or((part, None), |(name, key)| (name, Some(key)));
        if name.eq_ignore_ascii_case("calls") {
            return key.map_or_else(|| parts.next(), |key| key.strip_suffix("')"));
        }
    }
    None
}
