//! The exceptions. Python defines them, so that they can have several base classes, and pages that describe them.

use callfold::Recorded;
use pyo3::import_exception;
use pyo3::prelude::*;

import_exception!(callfold.errors, ApplyError);
import_exception!(callfold.errors, ConflictError);
import_exception!(callfold.errors, LineError);
import_exception!(callfold.errors, ReplayError);
import_exception!(callfold.errors, ServiceError);
import_exception!(callfold.errors, StoreError);
import_exception!(callfold.errors, TransientStoreError);

/// An exception for an argument of a wrong value.
pub(crate) fn wrong(why: impl ToString) -> PyErr {
    pyo3::exceptions::PyValueError::new_err(why.to_string())
}

/// A [`ReplayError`] that has what was read all the same.
pub(crate) fn partly_read(py: Python<'_>, why: String, read: &Bound<'_, PyAny>) -> PyErr {
    let error = ReplayError::new_err(why);
    error.value(py).setattr("read", read).err().unwrap_or(error)
}

/// Why an event does not fold, and which one it is.
pub(crate) fn not_folded(event: &Recorded, error: &callfold::ApplyError) -> String {
    format!("call {}, revision {}: {error}", event.call, event.revision)
}
