//! Text from logs, made safe to look at: no character in it controls the display, and none is invisible.

use std::borrow::Cow;
use std::fmt::Write;

/// The text with the code point in place of each character that controls the display, changes the direction of writing, or
/// cannot be seen. A character that belongs to an emoji or to an ideograph stays.
///
/// ```
/// use callfold_view::printable::printable;
///
/// assert_eq!(printable("established\u{200B}"), "established<U+200B>");
/// assert_eq!(printable("\u{1B}[31mAda \u{2764}\u{FE0F}"), "<U+001B>[31mAda \u{2764}\u{FE0F}");
/// ```
pub fn printable(text: &str) -> Cow<'_, str> {
    replaced(text, |char, out| _ = write!(out, "<U+{:04X}>", u32::from(char)))
}

/// The same for JSON, with the escapes of JSON, so that it stays the same JSON. Line feeds between its parts stay.
///
/// ```
/// use callfold_view::printable::printable_json;
///
/// assert_eq!(printable_json("{\"state\":\"established\u{200B}\"}"), r#"{"state":"established\u200b"}"#);
/// ```
pub fn printable_json(json: &str) -> Cow<'_, str> {
    replaced(json, |char, out| {
        if char == '\n' {
            return out.push(char);
        }
        for unit in char.encode_utf16(&mut [0; 2]) {
            _ = write!(out, "\\u{unit:04x}");
        }
    })
}

fn replaced(text: &str, write: impl Fn(char, &mut String)) -> Cow<'_, str> {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return text.into();
    }
    let mut out = String::with_capacity(text.len());
    let mut before = None;
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        let mut flags = FLAGS.iter().filter(|_| char == BLACK_FLAG);
        if let Some(tags) = flags.find(|tags| chars.as_str().starts_with(**tags)) {
            out.push(char);
            chars.by_ref().take(tags.chars().count()).for_each(|tag| out.push(tag));
        } else if is_invisible(char) && !is_in_place(before, char, chars.clone().next()) {
            write(char, &mut out);
        } else {
            out.push(char);
        }
        before = Some(char);
    }
    out.into()
}

/// The emoji after which tags tell of which country the flag is.
const BLACK_FLAG: char = '\u{1F3F4}';

/// The tags of the flags that Unicode recommends: England, Scotland and Wales. Other tags could hide a text.
const FLAGS: [&str; 3] = [
    "\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}",
    "\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}",
    "\u{E0067}\u{E0062}\u{E0077}\u{E006C}\u{E0073}\u{E007F}",
];

/// True for what nobody sees: controls, formats, line separators, noncharacters, the characters that Unicode calls ignorable
/// by default, and those whose shape is empty although they are no spaces. A test compares it with the data of Unicode.
const fn is_invisible(char: char) -> bool {
    matches!(
        char,
        '\0'..='\u{1F}' | '\u{7F}'..='\u{9F}' | '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}'
            | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}' | '\u{FDD0}'..='\u{FDEF}' | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}' | '\u{13430}'..='\u{1343F}' | '\u{13441}' | '\u{13442}'
            | '\u{16FE4}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D159}' | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}'
    ) || char as u32 & 0xFFFE == 0xFFFE
}

/// True where an invisible character selects the shape of the visible character before it, or joins two emoji.
fn is_in_place(before: Option<char>, char: char, after: Option<char>) -> bool {
    let is_keycap = before.is_some_and(|it| matches!(it, '0'..='9' | '#' | '*')) && after == Some('\u{20E3}');
    match char {
        '\u{FE0E}' | '\u{FE0F}' => is_keycap || before.is_some_and(is_pictograph),
        '\u{200D}' => {
            before.is_some_and(|it| it == '\u{FE0F}' || is_pictograph(it)) && after.is_some_and(is_pictograph)
        }
        '\u{E0100}'..='\u{E01EF}' => before.is_some_and(is_ideograph),
        _ => false,
    }
}

const fn is_pictograph(char: char) -> bool {
    matches!(
        char,
        '©' | '®' | '‼' | '⁉' | '™' | 'ℹ' | '←'..='\u{27FF}' | '\u{2900}'..='\u{2BFF}' | '〰' | '〽' | '㊗' | '㊙' | '\u{1F000}'..='\u{1FAFF}'
    )
}

const fn is_ideograph(char: char) -> bool {
    matches!(char, '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

#[cfg(test)]
mod tests {
    use regex_syntax::hir::{Class, HirKind};

    use super::{is_invisible, printable, printable_json};

    /// What Unicode has no property for: a braille pattern without dots, half and whole blanks of the hieroglyphs, the filler
    /// of the Khitan script, and the notehead of a silent note.
    const EMPTY_SHAPES: [char; 5] = ['\u{2800}', '\u{13441}', '\u{13442}', '\u{16FE4}', '\u{1D159}'];

    #[test]
    fn the_invisible_characters_are_those_of_unicode_and_empty_shapes() {
        let parsed = regex_syntax::parse(
            r"[\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\p{Cc}\p{Zl}\p{Zp}[\p{Cf}--\p{Prepended_Concatenation_Mark}]]",
        );
        let parsed = parsed.expect("properties");
        let HirKind::Class(Class::Unicode(class)) = parsed.kind() else { panic!("no class: {parsed:?}") };
        for char in '\0'..=char::MAX {
            let is_theirs = class.ranges().iter().any(|range| (range.start()..=range.end()).contains(&char));
            let is_hidden = is_theirs || EMPTY_SHAPES.contains(&char);
            assert_eq!(is_invisible(char), is_hidden, "U+{:04X}", u32::from(char));
        }
    }

    #[test]
    fn the_tags_of_three_flags_are_kept_and_others_are_shown() {
        let flag = |text: &str| {
            let tags = text.chars().map(|char| char::from_u32(0xE0000 + char as u32).unwrap());
            ['\u{1F3F4}'].into_iter().chain(tags).chain(['\u{E007F}']).collect::<String>()
        };
        for text in ["gbeng", "gbsct", "gbwls"] {
            let flags = format!("a{}{}b", flag(text), flag(text));
            assert_eq!(printable(&flags), flags);
        }
        for text in ["", "usca", "gbengx", "GBENG"] {
            let shown = printable(&flag(text)).into_owned();
            assert!(shown.starts_with("\u{1F3F4}<U+E0") && !shown.contains('\u{E007F}'), "{shown}");
        }
        let cut = flag("gbeng");
        assert!(!printable(cut.trim_end_matches('\u{E007F}')).contains('\u{E0067}'));
        assert_eq!(printable(&flag("gbeng")[4..]), "<U+E0067><U+E0062><U+E0065><U+E006E><U+E0067><U+E007F>");
    }

    #[test]
    fn what_cannot_be_seen_is_shown_by_its_code_point() {
        for (text, shown) in [
            ("", ""),
            ("~ plain", "~ plain"),
            ("a\u{0}\t\n\u{7F}\u{9B}", "a<U+0000><U+0009><U+000A><U+007F><U+009B>"),
            ("\u{FEFF}\u{AD}\u{2028}\u{202E}", "<U+FEFF><U+00AD><U+2028><U+202E>"),
            ("\u{E0041}\u{FFFE}", "<U+E0041><U+FFFE>"),
            ("שלום مرحبا é e\u{301}\u{A0}", "שלום مرحبا é e\u{301}\u{A0}"),
        ] {
            assert_eq!(printable(text), shown);
        }
    }

    #[test]
    fn selectors_and_joiners_are_kept_in_emoji_and_ideographs_only() {
        for text in ["❤\u{FE0F}", "👩\u{200D}💻", "❤\u{FE0F}\u{200D}🔥", "1\u{FE0F}\u{20E3}", "葛\u{E0100}"]
        {
            assert_eq!(printable(text), text);
        }
        for (text, shown) in [
            ("\u{FE0F}", "<U+FE0F>"),
            ("a\u{FE0F}", "a<U+FE0F>"),
            ("1\u{FE0F}2", "1<U+FE0F>2"),
            ("\u{2800}\u{FE0F}", "<U+2800><U+FE0F>"),
            ("❤\u{FE0F}\u{FE0F}", "❤\u{FE0F}<U+FE0F>"),
            ("a\u{200D}b", "a<U+200D>b"),
            ("👩\u{200D}", "👩<U+200D>"),
            ("👩\u{200D}\u{200D}💻", "👩<U+200D><U+200D>💻"),
            ("a\u{E0100}", "a<U+E0100>"),
        ] {
            assert_eq!(printable(text), shown);
        }
    }

    #[test]
    fn json_stays_the_same_json() {
        let json = "[\n  \"a\u{200B}\u{7F}\u{E0041}❤\u{FE0F}\"]";
        let shown = printable_json(json);
        assert_eq!(shown, "[\n  \"a\\u200b\\u007f\\udb40\\udc41❤\u{FE0F}\"]");
        let read = |json: &str| serde_json::from_str::<serde_json::Value>(json).expect("JSON");
        assert_eq!(read(json), read(&shown));
    }
}
