//! `callfold check`: only what is wrong.

use std::io;
use std::process::ExitCode;

use crate::args::CheckArgs;
use crate::drive::{Order, drive};
use crate::report::Lines;
use crate::status;

pub(crate) fn run(args: &CheckArgs) -> io::Result<ExitCode> {
    let outcome =
        drive(Order::of(&args.source, args.only.call), &mut Lines::new(args.deny.deny, anstream::stdout()))?;
    Ok(status(&outcome, args.deny.deny))
}
