//! The selected call: its heading, its lanes, and in words what it is at the cursor.

use callfold::call::Call;
use callfold::jiff::Timestamp;
use callfold::{At, Severity};
use callfold_view::story::{Placed, Step, Story};
use callfold_view::words;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Wrap};

use super::super::browser::{Browser, Focus, Told};
use super::super::catalogue::Row;
use super::text::fit;
use super::{BOLD, DIM, Palette, mark};
use crate::report::printable;

/// How wide what stands before a line is, columns.
const LABEL: usize = 7;

impl Browser {
    pub(super) fn draw_call(&mut self, frame: &mut Frame<'_>, area: Rect) {
        let Some(row) = self.row() else { return };
        let id = row.id.map_or_else(|| "what belongs to no call".into(), |id| id.to_string());
        let heading = Line::styled(fit(&id, area.width.into()), self.heading(Focus::Timeline));
        frame.render_widget(heading, Rect { height: 1, ..area });
        let area = Rect { y: area.y + 1, height: area.height - 1, ..area };
        match &self.told {
            None => frame.render_widget(Line::styled("loading…", DIM), area),
            Some(Err(why)) => {
                let lines = untold(row, why, self.palette);
                self.draw_text(frame, area, lines);
            }
            Some(Ok(told)) => {
                let most = Rect { height: area.height / 2, ..area };
                let height = self.draw_lanes(told, most, frame.buffer_mut());
                let lines = self.present(told);
                let rest = Rect { y: area.y + height, height: area.height - height, ..area };
                self.draw_text(frame, rest, lines);
            }
        }
    }

    fn draw_text(&mut self, frame: &mut Frame<'_>, area: Rect, lines: Vec<Line<'static>>) {
        let height: usize =
            lines.iter().map(|line| line.width().div_ceil(area.width.max(1).into()).max(1)).sum();
        let most = height.saturating_sub(area.height.into());
        self.scroll = self.scroll.min(u16::try_from(most).unwrap_or(u16::MAX));
        let text = Paragraph::new(lines).wrap(Wrap { trim: false }).scroll((self.scroll, 0));
        frame.render_widget(text, area);
    }

    fn present(&self, told: &Told) -> Vec<Line<'static>> {
        let Some(step) = told.story.steps().get(self.step) else { return Vec::new() };
        let next = told.story.steps().get(self.step + 1);
        let next =
            next.map_or_else(|| "nothing; the log tells no more".into(), |next| words::event(&next.recorded));
        let mut lines = vec![
            Line::styled(place(&told.story, self.step, step), BOLD),
            labelled("now", &words::event(&step.recorded)),
            labelled("next", &next),
        ];
        lines.extend(self.findings().into_iter().map(|placed| finding(placed, self.palette)));
        lines.extend(state(&step.call, told.story.steps().first()));
        lines
    }
}

/// Which revision it is, and when.
fn place(story: &Story, at: usize, step: &Step) -> String {
    let times = story.times();
    let told = times.get(at).copied().flatten();
    let time = told.map_or_else(String::new, |time| format!("  {}", At(time)));
    let first = times.iter().flatten().next().copied();
    let since = first.zip(told).map_or_else(String::new, |(first, time)| format!(" {}", since(first, time)));
    format!("revision {} of {}{time}{since}", step.recorded.revision, story.last().revision())
}

/// `+1:02.250`
fn since(first: Timestamp, time: Timestamp) -> String {
    let millis = time.duration_since(first).as_millis();
    let (minutes, seconds, millis) = (millis / 60_000, millis / 1000 % 60, millis % 1000);
    format!("+{minutes}:{seconds:02}.{millis:03}")
}

/// The call at a revision.
fn state(call: &Call, first: Option<&Step>) -> Vec<Line<'static>> {
    let mut lines = vec![labelled("state", &format!("{}: {}", call.state(), words::state(call.state())))];
    let mut tell =
        |label: &str, text: String| lines.extend((!text.is_empty()).then(|| labelled(label, &text)));
    tell("ended", call.result_info().map_or_else(String::new, words::ending));
    tell("audio", call.audio().map_or_else(String::new, |audio| audio.as_str().into()));
    tell(
        "did",
        list(call.operations().iter().map(|operation| {
            let is_lost = operation.is_pending() && !call.state().is_live();
            format!(
                "{} {}{}",
                operation.kind().as_str(),
                operation.state(),
                if is_lost { ", orphaned" } else { "" }
            )
        })),
    );
    tell("with", list(call.participants().map(words::participant)));
    let pressed = call.tones().iter().filter_map(|tone| tone.tone.value());
    tell("keys", pressed.map(|tone| words::key(tone.as_str())).collect::<Vec<_>>().join(" "));
    let begun = first.and_then(|step| step.recorded.at);
    tell(
        "due",
        list(call.deadlines().iter().map(|due| {
            let when = begun.map_or_else(String::new, |begun| format!(" at {}", since(begun, due.at)));
            format!("{}{when}", words::deadline(due.deadline))
        })),
    );
    lines
}

fn list(texts: impl Iterator<Item = String>) -> String {
    texts.collect::<Vec<_>>().join("; ")
}

fn labelled(label: &str, text: &str) -> Line<'static> {
    Line::from_iter([Span::styled(format!("{label:LABEL$}"), DIM), Span::raw(printable(text))])
}

fn finding(placed: &Placed, palette: Palette) -> Line<'static> {
    found(placed.finding.kind.severity(), &placed.finding.to_string(), (&placed.input, placed.line), palette)
}

fn found(severity: Severity, text: &str, (input, line): (&str, u64), palette: Palette) -> Line<'static> {
    let text = format!("{severity}: {} ({}:{line})", printable(text), printable(input));
    let mark = format!("{:LABEL$}", mark(severity));
    Line::from_iter([Span::styled(mark, palette.severity(severity)), Span::raw(text)])
}

/// What is said of a call of which no event was folded, and of what belongs to no call.
fn untold(row: &Row, why: &str, palette: Palette) -> Vec<Line<'static>> {
    let why = row.id.map(|_| Line::raw(printable(why)));
    let kept = row.found.kept.iter().map(|noted| {
        let (placed, finding) = (&noted.placed, &noted.placed.finding);
        found(placed.severity(), &finding.to_string(), (&placed.path, placed.line), palette)
    });
    let rest = row.found.total() as usize - row.found.kept.len();
    let rest = (rest > 0).then(|| Line::styled(format!("… and {rest} more"), DIM));
    why.into_iter().chain(kept).chain(rest).collect()
}
