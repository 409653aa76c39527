//! What is wrong, on standard error.

use std::fmt::Display;

use callfold_view::printable::printable;

/// Prints what is wrong on standard error.
pub(crate) fn complain(what: impl Display) {
    anstream::eprintln!("callfold: {}", printable(&what.to_string()));
}
