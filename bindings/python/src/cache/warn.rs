//! Saying that a cache does less than it was asked for.

use pyo3::prelude::*;

/// Calls what warns. A warning that is to be an error is none for who asks the cache.
pub(super) fn warn(py: Python<'_>, with: &Py<PyAny>, text: &str) {
    if let Err(failed) = with.bind(py).call1((text,)) {
        failed.write_unraisable(py, None);
    }
}
