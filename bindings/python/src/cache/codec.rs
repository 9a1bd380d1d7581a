//! How values are written for the node.

use super::pack;
use super::warn::warn;
use headstart::cache::Codec;
use headstart::{Code, Error};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PySet, PyString, PyTuple};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A value by reference.
pub(super) type Shared = Arc<Py<PyAny>>;

/// How many members of containers are weighed; the others count as these do on average.
const MOST_WEIGHED: usize = 1_000;

/// Turns values into bytes and back, in one of several forms.
pub(super) struct PythonCodec {
    pub(super) name: String,
    pub(super) form: Form,
    /// Called once, with a text, when a value has no form.
    pub(super) warn: Py<PyAny>,
    pub(super) has_warned: AtomicBool,
}

/// What the bytes are.
pub(super) enum Form {
    MessagePack,
    Bytes,
    /// Whatever two functions make of them.
    Own {
        dumps: Py<PyAny>,
        loads: Py<PyAny>,
    },
}

impl PythonCodec {
    fn write(&self, value: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
        let py = value.py();
        match &self.form {
            Form::MessagePack => pack::write(value),
            Form::Bytes => match value.cast_exact::<PyBytes>() {
                Ok(bytes) => Ok(bytes.as_bytes().to_vec()),
                Err(_) => Err(PyTypeError::new_err("it is no bytes object")),
            },
            Form::Own { dumps, .. } => Ok(dumps.bind(py).call1((value,))?.extract()?),
        }
    }

    fn read<'py>(&self, py: Python<'py>, bytes: &[u8]) -> PyResult<Bound<'py, PyAny>> {
        match &self.form {
            Form::MessagePack => pack::read(py, bytes),
            Form::Bytes => Ok(PyBytes::new(py, bytes).into_any()),
            Form::Own { loads, .. } => loads.bind(py).call1((PyBytes::new(py, bytes),)),
        }
    }

    fn warn(&self, py: Python<'_>, error: &PyErr) {
        if self.has_warned.swap(true, Ordering::Relaxed) {
            return;
        }
        warn(py, &self.warn, &format!("a value is cached in this process alone: {}", error.value(py)));
    }
}

impl Codec<Shared> for PythonCodec {
    fn name(&self) -> &str {
        &self.name
    }

    fn encode(&self, value: &Shared) -> Result<Vec<u8>, Error> {
        Python::attach(|py| {
            self.write(value.bind(py)).map_err(|error| {
                self.warn(py, &error);
                refuse("write a value", &error)
            })
        })
    }

    fn decode(&self, bytes: &[u8]) -> Result<Shared, Error> {
        Python::attach(|py| {
            let value = self.read(py, bytes).map_err(|error| refuse("read a value", &error))?;
            Ok(Arc::new(value.unbind()))
        })
    }

    fn weight(&self, value: &Shared) -> usize {
        Python::attach(|py| weight_of(value.bind(py)))
    }
}

fn refuse(what: &str, error: &PyErr) -> Error {
    Error::new(Code::ConfigInvalid, what, error.to_string())
}

/// How many bytes an object takes, roughly, with what is in it as far as plain containers go.
pub(super) fn weight_of(value: &Bound<'_, PyAny>) -> usize {
    weigh(value, &mut MOST_WEIGHED.clone())
}

fn weigh(value: &Bound<'_, PyAny>, left: &mut usize) -> usize {
    const UNKNOWN: usize = 64;
    let own = value.call_method0("__sizeof__").and_then(|size| size.extract()).unwrap_or(UNKNOWN);
    if value.is_exact_instance_of::<PyString>() || value.is_exact_instance_of::<PyBytes>() {
        return own;
    }
    own.saturating_add(members(value, left))
}

fn members(value: &Bound<'_, PyAny>, left: &mut usize) -> usize {
    let number;
    let members: Vec<_> = if let Ok(dict) = value.cast::<PyDict>() {
        number = dict.len() * 2;
        dict.iter().take(*left).flat_map(|(key, value)| [key, value]).collect()
    } else if let Ok(list) = value.cast::<PyList>() {
        number = list.len();
        list.iter().take(*left).collect()
    } else if let Ok(tuple) = value.cast::<PyTuple>() {
        number = tuple.len();
        tuple.iter().take(*left).collect()
    } else if let Ok(set) = value.cast::<PySet>() {
        number = set.len();
        set.iter().take(*left).collect()
    } else {
        return 0;
    };
    let (mut weighed, mut weight) = (0_usize, 0_usize);
    for member in &members {
        if *left == 0 {
            break;
        }
        *left -= 1;
        weighed += 1;
        weight = weight.saturating_add(weigh(member, left));
    }
    weight.saturating_mul(number).checked_div(weighed).unwrap_or(0)
}
