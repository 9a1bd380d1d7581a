//! The native part of the Python package: a host to run functions with, and the cache.

mod cache;
mod error;
mod host;

use pyo3::prelude::*;

/// `headstart._native`, loaded on first use.
#[pymodule]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<host::NativeHost>()?;
    module.add_class::<cache::CachedFunction>()?;
    module.add_class::<cache::NativeCache>()?;
    module.add_class::<cache::NativePolicy>()?;
    module.add_class::<cache::NativeStep>()?;
    module.add_function(wrap_pyfunction!(cache::cache_restored, module)?)
}
