//! The selected call: its heading, its lanes, and in words what it is at the cursor.

use callfold::call::Call;
use callfold::jiff::Timestamp;
use callfold::{At, Finding};
use callfold_view::story::{Placed, Step, Story};
use callfold_view::words;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::super::browser::{Browser, Focus, Reported};
use super::super::catalogue::Row;
use super::text::{fit, wrapped};
use super::{DIM, Palette, mark};

/// How wide what stands before a line is, columns.
const LABEL: usize = 7;

impl Browser {
    pub(super) fn draw_call(&mut self, frame: &mut Frame<'_>, area: Rect) {
        let Some(row) = self.row() else { return };
        let id = row.id.map_or_else(|| "what belongs to no call".into(), |id| id.to_string());
        let heading = Line::styled(fit(&id, area.width.into()), self.heading(Focus::Timeline));
        frame.render_widget(heading, Rect { height: 1, ..area });
        let area = Rect { y: area.y + 1, height: area.height - 1, ..area };
        match &self.reported {
            None => frame.render_widget(Line::styled("loading…", DIM), area),
            Some(Err(why)) => {
                let lines = not_reported(row, why, self.palette);
                self.draw_text(frame, area, lines);
            }
            Some(Ok(reported)) => {
                let most = Rect { height: area.height / 2, ..area };
                let height = self.draw_lanes(reported, most, frame.buffer_mut());
                let lines = self.present(reported);
                let rest = Rect { y: area.y + height, height: area.height - height, ..area };
                self.draw_text(frame, rest, lines);
            }
        }
    }

    fn draw_text(&mut self, frame: &mut Frame<'_>, area: Rect, said: Vec<Said>) {
        let lines: Vec<_> = said.into_iter().flat_map(|said| said.lines(area.width.into())).collect();
        let most = lines.len().saturating_sub(area.height.into());
        self.scroll = self.scroll.min(u16::try_from(most).unwrap_or(u16::MAX));
        frame.render_widget(Paragraph::new(lines).scroll((self.scroll, 0)), area);
    }

    /// What is said where no step comes next.
    fn end(&self, last: &Step) -> String {
        let reported = last.recorded.revision;
        match self.row().map(|row| row.revision).filter(|all| *all > reported) {
            Some(all) => {
                format!("{} more events, too many to step through; see callfold convert", all - reported)
            }
            None => "nothing; the log tells no more".into(),
        }
    }

    fn present(&self, reported: &Reported) -> Vec<Said> {
        let Some(step) = reported.story.steps().get(self.step) else { return Vec::new() };
        let next = reported.story.steps().get(self.step + 1).map(|next| words::event(&next.recorded));
        let next = next.unwrap_or_else(|| self.end(step));
        let mut lines = vec![
            Said::new("at", place(&reported.story, self.step, step)),
            Said::new("now", words::event(&step.recorded)),
            Said::new("next", next),
        ];
        let finding =
            |placed: &Placed| Said::finding(&placed.finding, (&placed.input, placed.line), self.palette);
        lines.extend(self.findings().into_iter().map(finding));
        let call = reported.story.call_at(self.step);
        lines.extend(call.iter().flat_map(|call| state(call, reported.story.steps().first())));
        lines
    }
}

/// Which revision it is, and when.
fn place(story: &Story, at: usize, step: &Step) -> String {
    let times = story.times();
    let reported = times.get(at).copied().flatten();
    let time = reported.map_or_else(String::new, |time| format!("  {}", At(time)));
    let first = times.iter().flatten().next().copied();
    let since =
        first.zip(reported).map_or_else(String::new, |(first, time)| format!(" {}", since(first, time)));
    format!("revision {} of {}{time}{since}", step.recorded.revision, story.last().revision())
}

/// `+1:02.250`
fn since(first: Timestamp, time: Timestamp) -> String {
    let millis = time.duration_since(first).as_millis();
    let (minutes, seconds, millis) = (millis / 60_000, millis / 1000 % 60, millis % 1000);
    format!("+{minutes}:{seconds:02}.{millis:03}")
}

/// The call at a revision.
fn state(call: &Call, first: Option<&Step>) -> Vec<Said> {
    let mut lines = vec![Said::new("state", format!("{}: {}", call.state(), words::state(call.state())))];
    let mut report = |label, text: String| lines.extend((!text.is_empty()).then(|| Said::new(label, text)));
    report("ended", call.result_info().map_or_else(String::new, words::ending));
    report("audio", call.audio().map_or_else(String::new, |audio| audio.as_str().into()));
    report(
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
    report("with", list(call.participants().map(words::participant)));
    let received_tones = call.tones().iter().filter_map(|tone| tone.tone.value());
    report("keys", received_tones.map(|tone| words::key(tone.as_str())).collect::<Vec<_>>().join(" "));
    let begun = first.and_then(|step| step.recorded.at);
    report(
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

/// A paragraph: what it is about, and what is said of it.
struct Said {
    label: &'static str,
    style: Style,
    text: String,
}

impl Said {
    const fn new(label: &'static str, text: String) -> Self {
        Self { label, style: DIM, text }
    }

    fn finding(finding: &Finding, (input, line): (&str, u64), palette: Palette) -> Self {
        let severity = finding.kind.severity();
        let text = format!("{severity}: {finding} ({input}:{line})");
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

/// What is said of a call of which no event was folded, and of what belongs to no call.
fn not_reported(row: &Row, why: &str, palette: Palette) -> Vec<Said> {
    let why = row.id.map(|_| Said::new("", why.into()));
    let kept = row.found.kept.iter();
    let kept = kept
        .map(|noted| Said::finding(&noted.placed.finding, (&noted.placed.path, noted.placed.line), palette));
    let rest = row.found.total() as usize - row.found.kept.len();
    let rest = (rest > 0).then(|| Said::new("", format!("… and {rest} more")));
    why.into_iter().chain(kept).chain(rest).collect()
}
