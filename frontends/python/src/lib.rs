//! The native part of the Python package `callfold`. It adapts the crates and decides nothing itself: what an event means is
//! in `callfold`, how logs are read in `callfold-cli`, what people see in `callfold-view`, and the local service in
//! `callfold-serve`.

mod bot;
mod call;
mod columns;
mod error;
mod event;
mod finding;
mod folding;
mod history;
mod ledger;
mod replay;
mod runtime;
mod service;
mod store;
mod table;
mod value;

use std::ffi::OsString;

use pyo3::prelude::*;

/// A call is many small allocations.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The native part of callfold.
#[pymodule]
mod _native {
    #[expect(non_upper_case_globals, reason = "a name of Python")]
    #[pymodule_export]
    const __version__: &str = env!("CARGO_PKG_VERSION");

    #[pymodule_export]
    use super::bot::{Bot, Observed};
    #[pymodule_export]
    use super::call::{Call, Operation, Participant, ResultInfo};
    #[pymodule_export]
    use super::event::Event;
    #[pymodule_export]
    use super::finding::Finding;
    #[pymodule_export]
    use super::folding::{Folder, split};
    #[pymodule_export]
    use super::ledger::Ledger;
    #[pymodule_export]
    use super::replay::{read, replay};
    #[pymodule_export]
    use super::run_command;
    #[pymodule_export]
    use super::service::Service;
    #[pymodule_export]
    use super::store::Store;
    #[pymodule_export]
    use super::table::{Table, Tables};
}

/// Runs the command `callfold` with these arguments, the first of which is its name. Returns the exit status.
#[pyfunction]
fn run_command(py: Python<'_>, arguments: Vec<OsString>) -> u8 {
    py.detach(|| callfold_cli::run(arguments))
}
