//! JSON inside quotes, in which its own quotes are marked: doubled in a cell of a CSV file, as in `"{""value"":[…]}"`, or behind
//! backslashes, as in logfmt: `msg="{\"value\":[…]}"`.

use alloc::format;
use alloc::string::String;

/// How the quotes of JSON are marked.
#[derive(Clone, Copy)]
pub(super) enum Quoted {
    Doubled,
    Escaped,
}

/// Where the quotes around JSON end.
pub(super) enum End {
    /// Behind the last quote.
    At(usize),
    /// In the text that follows.
    Later,
    /// Nowhere: what follows is not in quotes.
    Nowhere,
}

impl Quoted {
    /// How the quotes of JSON are marked that begins here, behind the quote before it. `None` for JSON without marks.
    pub(super) fn of(json: &[u8]) -> Option<Self> {
        let is_before = |byte: u8| byte.is_ascii_whitespace() || matches!(byte, b'{' | b'[');
        let start = json.iter().position(|byte| !is_before(*byte)).unwrap_or(json.len());
        match json.get(start..)? {
            // In JSON without marks, a name that is empty ends here.
            [b'"', b'"', next, ..] => {
                (!next.is_ascii_whitespace() && !matches!(next, b':' | b'"')).then_some(Self::Doubled)
            }
            [b'\\', ..] => Some(Self::Escaped),
            _ => None,
        }
    }

    pub(super) fn end(self, json: &[u8]) -> End {
        match self {
            Self::Doubled => end_of_doubled(json),
            Self::Escaped => end_of_escaped(json),
        }
    }

    /// The text of JSON in quotes, without the marks. `None` where the last quote is not the end.
    pub(super) fn text(json: &str) -> Option<String> {
        let quoted = Self::of(json.as_bytes())?;
        if !matches!(quoted.end(json.as_bytes()), End::At(end) if end == json.len()) {
            return None;
        }
        let json = json.strip_suffix('"')?;
        Some(match quoted {
            Self::Doubled => json.replace("\"\"", "\""),
            Self::Escaped => serde_json::from_str(&format!("\"{json}\"")).unwrap_or_default(),
        })
    }
}

fn end_of_doubled(json: &[u8]) -> End {
    let mut quotes = memchr::memchr_iter(b'"', json);
    while let Some(at) = quotes.next() {
        match json.get(at + 1) {
            Some(b'"') => _ = quotes.next(),
            Some(b',' | b';' | b'\t' | b'|' | b'\r' | b'\n') | None => return End::At(at + 1),
            Some(_) => return End::Nowhere,
        }
    }
    End::Later
}

fn end_of_escaped(json: &[u8]) -> End {
    let mut next = 0;
    for at in memchr::memchr3_iter(b'"', b'\\', b'\n', json) {
        match json.get(at) {
            _ if at < next => {}
            Some(b'\\') => next = at + 2,
            Some(b'"') => return End::At(at + 1),
            Some(_) | None => return End::Nowhere,
        }
    }
    End::Later
}
