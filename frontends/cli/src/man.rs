//! `callfold man`: prints a manual page.

use std::io::{self, IsTerminal, Write};

use clap::CommandFactory;
use clap_mangen::Man;

use crate::args::{Args, ManArgs};
use crate::complain::complain;
use crate::status::Status;
use crate::stdout::stdout;

pub(crate) fn run(args: &ManArgs) -> io::Result<Status> {
    let mut all = Args::command();
    all.build();
    let page = match &args.command {
        None => Some(all),
        Some(name) => all.find_subcommand(name).cloned(),
    };
    let Some(page) = page else {
        complain("this is no command: callfold --help lists them");
        return Ok(Status::REFUSED);
    };
    let mut out = stdout()?;
    Man::new(page).source(concat!("callfold ", env!("CARGO_PKG_VERSION"))).render(&mut out)?;
    out.flush()?;
    if io::stdout().is_terminal() {
        let name = args.command.as_ref().map_or_else(String::new, |name| format!(" {name}"));
        complain(format_args!("to read this page: callfold man{name} | man -l -"));
    }
    Ok(Status::SUCCESS)
}
