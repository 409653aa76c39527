//! The exceptions. Python defines them, so that they can have several base classes, and pages that describe them.

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
