//! `callfold completions`: prints the script with which a shell completes the command line.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::CommandFactory;

use crate::args::{Args, CompletionsArgs};
use crate::stdout::stdout;

pub(crate) fn run(args: &CompletionsArgs) -> io::Result<ExitCode> {
    // What generates the script panics where it cannot be written.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "callfold", &mut script);
    let mut out = stdout()?;
    out.write_all(&script)?;
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}
