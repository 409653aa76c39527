//! The log of the service, on standard error.

use std::fmt::{self, Write};
use std::io::{self, IsTerminal};
use std::sync::Arc;

use callfold::At;
use clap::ValueEnum;
use jiff::Timestamp;
use tracing::field::Field;
use tracing::level_filters::LevelFilter;
use tracing::warn;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::field::MakeExt;
use tracing_subscriber::fmt::format;
use tracing_subscriber::fmt::time::FormatTime;

use super::lines::Writer;

/// The variable that chooses what is logged.
const LOG: &str = "CALLFOLD_LOG";

/// How the log is written.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum LogFormat {
    Text,
    Json,
}

/// The log. The rest is written when this is dropped.
#[derive(Debug)]
pub(super) struct Log(Writer);

impl Log {
    pub(super) fn start(format: LogFormat) -> io::Result<Self> {
        let filter = filter()?;
        let writer = Writer::start(io::stderr())?;
        let builder = tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_timer(Now)
            .with_writer(Arc::clone(writer.lines()));
        match format {
            LogFormat::Text => builder
                .with_target(false)
                .with_ansi(io::stderr().is_terminal())
                .fmt_fields(format::debug_fn(write_field).delimited(" "))
                .init(),
            LogFormat::Json => builder.json().flatten_event(true).init(),
        }
        Ok(Self(writer))
    }

    /// Nobody waits until a line is written, so lines are lost if more come than the terminal takes.
    pub(super) fn say_lost(&self) {
        let lines = self.0.lines().lost();
        if lines > 0 {
            warn!(lines, "lines of the log were lost, because they came faster than they were written");
        }
    }
}

/// The time of a line, in milliseconds as everywhere. The library's own takes three times as long to write.
struct Now;

impl FormatTime for Now {
    #[expect(clippy::disallowed_methods, reason = "a log says when its lines were written")]
    fn format_time(&self, writer: &mut format::Writer<'_>) -> fmt::Result {
        let now = Timestamp::now();
        write!(writer, "{}", At(Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)))
    }
}

/// Writes a field of a line, without the styles of the library: they took a quarter of the instructions of a line.
fn write_field(writer: &mut format::Writer<'_>, field: &Field, value: &dyn fmt::Debug) -> fmt::Result {
    if field.name() != "message" {
        write!(writer, "{field}=")?;
    }
    write!(Escaped(writer), "{value:?}")
}

/// Writes no control characters: what others sent cannot steer a terminal.
struct Escaped<'a, 'writer>(&'a mut format::Writer<'writer>);

impl Write for Escaped<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        // In UTF-8, the control characters above ASCII begin with this byte.
        let may_steer = |byte: u8| byte.is_ascii_control() || byte == 0xc2;
        if text.bytes().any(may_steer) {
            write!(self.0, "{}", text.escape_debug())
        } else {
            self.0.write_str(text)
        }
    }
}

/// The filter where `CALLFOLD_LOG` is not set. The store reports outages itself.
const USUAL: &str = "info,async_nats=warn";

/// What is logged, as `CALLFOLD_LOG` says.
fn filter() -> io::Result<EnvFilter> {
    let Ok(text) = std::env::var(LOG) else { return Ok(EnvFilter::new(USUAL)) };
    // A single word that is not a level would name a part of the program, and nothing would be logged.
    let is_wrong = |part: &str| !part.contains('=') && part.parse::<LevelFilter>().is_err();
    let filter = EnvFilter::try_new(&text).ok().filter(|_| !text.split(',').any(is_wrong));
    filter.ok_or_else(|| {
        io::Error::other(format!(
            "{LOG}={text}: use error, warn, info or debug, or a filter such as info,callfold_serve=debug"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_control_character_reaches_the_terminal() {
        for (given, written) in [
            ("Adèle", "Adèle"),
            ("\u{1b}[31m", "\\u{1b}[31m"),
            ("a\u{9b}b", "a\\u{9b}b"),
            ("a\r\nb", "a\\r\\nb"),
        ] {
            let mut text = String::new();
            write!(Escaped(&mut format::Writer::new(&mut text)), "{given}").unwrap();
            assert_eq!(text, written);
        }
    }
}
