//! `callfold diagram`: draws a lifecycle, for people and for other tools.

use std::io::{self, Write};

use callfold::chart::Chart;
use callfold_view::chart;

use crate::args::{DiagramArgs, Form, Lifecycle};
use crate::status::Status;
use crate::stdout::stdout;

pub(crate) fn run(args: &DiagramArgs) -> io::Result<Status> {
    let lifecycle = match args.lifecycle {
        Lifecycle::Call => Chart::Call,
        Lifecycle::Operation => Chart::Operation,
    };
    let text = match args.form {
        Form::Mermaid => lifecycle.mermaid(),
        Form::Dot => chart::dot(lifecycle),
        Form::Scxml => chart::scxml(lifecycle),
        Form::Xstate => chart::xstate(lifecycle),
        Form::Svg => chart::svg(lifecycle, None),
        Form::Table => lifecycle.table(),
    };
    let mut out = stdout()?;
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(Status::SUCCESS)
}
