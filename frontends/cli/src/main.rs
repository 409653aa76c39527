//! The command `callfold`.

use std::process::ExitCode;

/// A call is many small allocations, which one thread makes and another one frees.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    callfold_cli::run(std::env::args_os()).into()
}
