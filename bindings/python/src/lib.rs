//! The native part of the Python package: a host to run functions with.

mod error;
mod host;

use pyo3::prelude::*;

/// `headstart._native`, loaded on first use.
#[pymodule]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<host::NativeHost>()
}
