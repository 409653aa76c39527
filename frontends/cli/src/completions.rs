//! `callfold completions`: prints the script with which a shell completes the command line.

use std::io::{self, Write};

use callfold_view::list::order::Order;
use clap::builder::PossibleValuesParser;
use clap::{Command, CommandFactory};

use crate::args::{Args, CompletionsArgs};
use crate::status::Status;
use crate::stdout::stdout;

pub(crate) fn run(args: &CompletionsArgs) -> io::Result<Status> {
    // What generates the script panics where it cannot be written.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command(), "callfold", &mut script);
    let mut out = stdout()?;
    out.write_all(&script)?;
    out.flush()?;
    Ok(Status::SUCCESS)
}

/// The command line with the values that a shell offers, and that the help has in words.
fn command() -> Command {
    let command = Args::command();
    let names: Vec<_> = command.get_subcommands().map(|one| one.get_name().to_owned()).collect();
    let orders = || Order::all().map(|order| order.to_string());
    command
        .mut_subcommand("man", |man| {
            man.mut_arg("command", |name| name.value_parser(PossibleValuesParser::new(names)))
        })
        .mut_subcommands(|one| {
            one.mut_args(|option| match option.get_id().as_str() {
                "sort" => option.value_parser(PossibleValuesParser::new(orders())),
                _ => option,
            })
        })
}
