//! Errors of the core as exceptions of `headstart.errors`.

use headstart::Error;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

/// The exception for `error`: `headstart.errors.from_native` picks the class by the code.
pub(crate) fn raise(error: &Error) -> PyErr {
    Python::attach(|py| exception(py, error).unwrap_or_else(|failed| failed))
}

fn exception(py: Python<'_>, error: &Error) -> PyResult<PyErr> {
    let make = py.import("headstart.errors")?.getattr("from_native")?;
    let output = error.output().cloned().unwrap_or_default();
    let streams = (PyBytes::new(py, &output.stdout), PyBytes::new(py, &output.stderr));
    let exception = make.call1((error.to_json().to_string(), error.to_string(), streams.0, streams.1))?;
    Ok(PyErr::from_value(exception))
}
