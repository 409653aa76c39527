//! Draws the selected call: its heading, its lanes, and a description of the call at the cursor.

use callfold::call::Call;
use callfold::{At, Finding, Summary};
use callfold_view::describe;
use callfold_view::history::{CallHistory, HistoryFinding, Step};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::text::fit;
use crate::browse::browser::{Browser, Focus, Loaded};
use crate::browse::call_list::Row;
use crate::browse::palette::{DIM, Palette, heading, mark};
use crate::wrapped::wrapped;

/// The width of a label in columns.
const LABEL: usize = 11;

impl Browser {
    pub(super) fn draw_call(&mut self, frame: &mut Frame<'_>, area: Rect) {
        let Some(row) = self.row() else { return };
        let id = row.id.map_or_else(|| "findings that belong to no call".into(), |id| id.to_string());
        let heading = Line::styled(fit(&id, area.width.into()), heading(self.focus == Focus::Timeline));
        frame.render_widget(heading, Rect { height: 1, ..area });
        let area = Rect { y: area.y + 1, height: area.height - 1, ..area };
        match &self.loaded {
            None => frame.render_widget(Line::styled("loading…", DIM), area),
            Some(Err(why)) => {
                let lines = without_history(row, why, self.palette);
                self.draw_text(frame, area, lines);
            }
            Some(Ok(loaded)) => {
                let most = Rect { height: area.height / 2, ..area };
                let height = self.draw_lanes(loaded, most, frame.buffer_mut());
                let lines = self.present(loaded);
                let rest = Rect { y: area.y + height, height: area.height - height, ..area };
                self.draw_text(frame, rest, lines);
            }
        }
    }

    fn draw_text(&mut self, frame: &mut Frame<'_>, area: Rect, entries: Vec<Entry>) {
        let lines: Vec<_> = entries.into_iter().flat_map(|entry| entry.lines(area.width.into())).collect();
        let most = lines.len().saturating_sub(area.height.into());
        self.scroll = self.scroll.min(u16::try_from(most).unwrap_or(u16::MAX));
        frame.render_widget(Paragraph::new(lines).scroll((self.scroll, 0)), area);
    }

    /// The text in place of the next event where the cursor is at the last step.
    fn end(&self, last: &Step) -> String {
        let shown = last.recorded.revision;
        match self.row().map(|row| row.revision).filter(|all| *all > shown) {
            Some(all) => {
                format!("{} more events, too many to step through; see callfold convert", all - shown)
            }
            None => "none, this is the last event".into(),
        }
    }

    /// Describes the call at the cursor.
    fn present(&self, loaded: &Loaded) -> Vec<Entry> {
        let Some(step) = loaded.history.steps().get(self.step) else { return Vec::new() };
        let next = loaded.history.steps().get(self.step + 1).map(|next| describe::event(&next.recorded));
        let next = next.unwrap_or_else(|| self.end(step));
        let mut lines = vec![
            Entry::new("at", place(&loaded.history, step)),
            Entry::new("event", describe::event(&step.recorded)),
            Entry::new("next", next),
        ];
        let finding = |located: &HistoryFinding| {
            Entry::finding(&located.finding, (&located.input, located.line), self.palette)
        };
        lines.extend(self.findings().into_iter().map(finding));
        let related = self.row().map_or(&[][..], |row| &row.related);
        let call = loaded.history.call_at(self.step);
        lines.extend(call.iter().flat_map(|call| state(call, loaded.history.steps().first())));
        if !related.is_empty() {
            lines.push(Entry::new(
                "related",
                related.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
            ));
        }
        lines
    }
}

/// The revision at the cursor and the time of its event.
fn place(history: &CallHistory, step: &Step) -> String {
    let time = step.recorded.at.map(|at| format!("  {}", At(at)));
    let first = history.last().first_at();
    let since = first.zip(step.recorded.at).map(|(first, at)| format!(" {}", describe::elapsed(first, at)));
    let when = [time, since].map(Option::unwrap_or_default).concat();
    format!("revision {} of {}{when}", step.recorded.revision, history.last().revision())
}

/// Describes the call after an event.
fn state(call: &Call, first: Option<&Step>) -> Vec<Entry> {
    let mut lines = vec![Entry::new("state", format!("{}: {}", call.state(), describe::state(call.state())))];
    let mut add = |label, text: String| lines.extend((!text.is_empty()).then(|| Entry::new(label, text)));
    add("ended", Summary::from(call).ending().unwrap_or_default());
    add("parties", describe::parties(call.caller().as_deref(), call.callees().as_deref()));
    add("audio", call.audio().map_or_else(String::new, |audio| audio.as_str().into()));
    add(
        "operations",
        list(Summary::from(call).operations().map(|operation| {
            let result = operation.result_info.map_or_else(String::new, ToString::to_string);
            let text = [describe::operation(&operation), result].join(" ");
            text.trim_end().trim_end_matches('.').to_owned()
        })),
    );
    add("requests", list(call.party_requests().map(|request| request.to_string())));
    add("people", list(describe::people(call).into_iter()));
    let tones = call.tones().iter().filter_map(|tone| tone.tone.value());
    add("keys", tones.map(|tone| describe::key(tone.as_str())).collect::<Vec<_>>().join(" "));
    let begun = first.and_then(|step| step.recorded.at);
    add(
        "deadlines",
        list(call.deadlines().iter().map(|due| {
            let when =
                begun.map_or_else(String::new, |begun| format!(" at {}", describe::elapsed(begun, due.at)));
            format!("{}{when}", describe::deadline(due.deadline))
        })),
    );
    lines
}

fn list(texts: impl Iterator<Item = String>) -> String {
    texts.collect::<Vec<_>>().join("; ")
}

/// A label and the text behind it.
struct Entry {
    label: &'static str,
    style: Style,
    text: String,
}

impl Entry {
    const fn new(label: &'static str, text: String) -> Self {
        Self { label, style: DIM, text }
    }

    fn finding(finding: &Finding, (input, line): (&str, u64), palette: Palette) -> Self {
        let severity = finding.severity;
        let text = format!("{severity}: {} ({input}:{line})", describe::finding_text(finding));
        Self { label: mark(severity), style: palette.severity(severity), text }
    }

    fn lines(self, width: usize) -> Vec<Line<'static>> {
        let labels = [self.label].into_iter().chain(std::iter::repeat(""));
        let texts = wrapped(&self.text, width.saturating_sub(LABEL));
        let line = |(label, text)| {
            Line::from_iter([Span::styled(format!("{label:LABEL$}"), self.style), Span::raw(text)])
        };
        labels.zip(texts).map(line).collect()
    }
}

/// The entries of a row without a history: a call without events, or the findings that belong to no call.
fn without_history(row: &Row, why: &str, palette: Palette) -> Vec<Entry> {
    let why = row.id.map(|_| Entry::new("", why.into()));
    let kept = row.findings.kept.iter();
    let kept = kept
        .map(|kept| Entry::finding(&kept.located.finding, (&kept.located.path, kept.located.line), palette));
    let rest = row.findings.total() as usize - row.findings.kept.len();
    let rest = (rest > 0).then(|| Entry::new("", format!("… and {rest} more")));
    why.into_iter().chain(kept).chain(rest).collect()
}
