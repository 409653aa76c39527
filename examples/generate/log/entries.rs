//! The text log of the .NET SDK: an entry for each body that Graph posts. It lacks the id of the message, which
//! a log of notifications lacks too: with it, a replay would also record which messages were received.

use callfold::At;

use super::party::Party;
use super::random::Random;

/// The entry that traces a body of a call. Its id comes from numbers of its own, so that the bodies are the same
/// as in a log of notifications. The end of the last line lacks its `\n`.
pub(super) fn entry(party: &Party, body: &str, at: At, random: &Random) -> String {
    let head = [
        format!("$>{:.7} Info: NotificationProcessor.cs:88 LogIncoming", at.0),
        format!("CorrelationId: {}", random.aside().guid()),
        format!("ScenarioId: {}", party.chain),
        format!("CallId: {}", party.call),
        "TransactionDirection: Incoming".into(),
        "TraceType: HttpRequest".into(),
        "request: POST https://bot.fabrikam.example/api/calls".into(),
        "headers:".into(),
        "Host: bot.fabrikam.example".into(),
        "Content-Type: application/json; charset=utf-8".into(),
        "Authorization: (redacted)".into(),
    ];
    format!("{}\r\n{}\r", head.join("\r\n"), indented(body))
}

/// JSON without blanks, over many lines. An object or array without members does not occur.
fn indented(json: &str) -> String {
    let (mut text, mut depth) = (String::with_capacity(2 * json.len()), 0);
    let (mut is_quoted, mut is_escaped) = (false, false);
    let begin_line = |text: &mut String, depth| {
        text.push_str("\r\n");
        text.extend(std::iter::repeat_n("  ", depth));
    };
    for c in json.chars() {
        if !is_quoted && matches!(c, '}' | ']') {
            depth -= 1;
            begin_line(&mut text, depth);
        }
        text.push(c);
        if is_quoted {
            is_quoted = is_escaped || c != '"';
            is_escaped = !is_escaped && c == '\\';
            continue;
        }
        match c {
            '"' => is_quoted = true,
            ':' => text.push(' '),
            ',' => begin_line(&mut text, depth),
            '{' | '[' => {
                depth += 1;
                begin_line(&mut text, depth);
            }
            _ => {}
        }
    }
    text
}
