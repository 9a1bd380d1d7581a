//! The keys of calls: an object that is looked up in the process, and bytes that all processes have for the same call.
//!
//! Numbers, text, bytes, `None` and tuples of these are told apart by type and by value, so that `1`, `1.0` and `True` are
//! three keys. Other objects have a key in the process alone, by their own equality.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyBytes, PyDict, PyFloat, PyInt, PyString, PyTuple};

/// How deep tuples may lie in each other.
const DEEPEST: usize = 32;

/// What a key is looked up by in the process.
///
/// The common case makes nothing new: one argument of text, a number or bytes is its own key, and several are the tuple
/// that they came in.
pub(super) fn of_call<'py>(
    arguments: &Bound<'py, PyTuple>,
    keywords: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyAny>> {
    if keywords.is_none_or(PyDictMethods::is_empty) {
        if arguments.len() == 1 {
            let only = arguments.get_item(0)?;
            if is_plain(&only) {
                return Ok(only);
            }
        } else if arguments.iter_borrowed().all(|argument| is_plain(&argument)) {
            return Ok(arguments.clone().into_any());
        }
    }
    match bytes_of_call(arguments, keywords) {
        Some(bytes) => marked(&PyBytes::new(arguments.py(), &bytes)),
        None => marked(&by_equality(arguments, keywords)?),
    }
}

/// The same for a key that a caller names.
pub(super) fn of_value<'py>(value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    of_call(&PyTuple::new(value.py(), [value])?, None)
}

/// What all processes have for the same call; `None` where an argument has no such form.
pub(super) fn bytes_of_call(arguments: &Bound<'_, PyTuple>, keywords: Option<&Bound<'_, PyDict>>) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(32);
    write_all(&mut bytes, arguments, 0)?;
    let mut named: Vec<(String, Bound<'_, PyAny>)> = Vec::new();
    for (name, value) in keywords.iter().flat_map(|keywords| keywords.iter()) {
        named.push((name.extract().ok()?, value));
    }
    named.sort_by(|one, other| one.0.cmp(&other.0));
    for (name, value) in named {
        write_sized(&mut bytes, b'k', name.as_bytes());
        write(&mut bytes, &value, 0)?;
    }
    Some(bytes)
}

pub(super) fn bytes_of_value(value: &Bound<'_, PyAny>) -> Option<Vec<u8>> {
    bytes_of_call(&PyTuple::new(value.py(), [value]).ok()?, None)
}

/// Text, a whole number or bytes, and no subclass: what has one meaning as a key.
fn is_plain(value: &Bound<'_, PyAny>) -> bool {
    value.is_exact_instance_of::<PyString>()
        || value.is_exact_instance_of::<PyInt>()
        || value.is_exact_instance_of::<PyBytes>()
}

/// Objects by their own equality, and by their types.
fn by_equality<'py>(
    arguments: &Bound<'py, PyTuple>,
    keywords: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyAny>> {
    let mut parts: Vec<Bound<'py, PyAny>> = Vec::new();
    for argument in arguments {
        parts.push(argument.get_type().into_any());
        parts.push(argument);
    }
    let mut named: Vec<_> = keywords.iter().flat_map(|keywords| keywords.iter()).collect();
    named.sort_by_key(|(name, _)| name.to_string());
    for (name, value) in named {
        parts.extend([name, value.get_type().into_any(), value]);
    }
    Ok(PyTuple::new(arguments.py(), parts)?.into_any())
}

/// A key that no plain one equals.
fn marked<'py>(key: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    static MARK: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let py = key.py();
    let mark = MARK.get_or_try_init(py, || py.import("builtins")?.getattr("object")?.call0().map(Bound::unbind))?;
    Ok(PyTuple::new(py, [mark.bind(py), key])?.into_any())
}

fn write(bytes: &mut Vec<u8>, value: &Bound<'_, PyAny>, depth: usize) -> Option<()> {
    if value.is_none() {
        bytes.push(b'n');
    } else if let Ok(flag) = value.cast_exact::<PyBool>() {
        bytes.push(if flag.is_true() { b't' } else { b'f' });
    } else if let Ok(text) = value.cast_exact::<PyString>() {
        write_sized(bytes, b's', text.to_cow().ok()?.as_bytes());
    } else if let Ok(raw) = value.cast_exact::<PyBytes>() {
        write_sized(bytes, b'b', raw.as_bytes());
    } else if value.is_exact_instance_of::<PyInt>() {
        match value.extract::<i64>() {
            Ok(number) => {
                bytes.push(b'i');
                bytes.extend(number.to_le_bytes());
            }
            Err(_) => write_sized(bytes, b'l', value.str().ok()?.to_cow().ok()?.as_bytes()),
        }
    } else if let Ok(number) = value.cast_exact::<PyFloat>() {
        bytes.push(b'd');
        bytes.extend(number.value().to_bits().to_le_bytes());
    } else {
        let items = value.cast_exact::<PyTuple>().ok().filter(|_| depth < DEEPEST)?;
        write_all(bytes, items, depth + 1)?;
    }
    Some(())
}

fn write_all(bytes: &mut Vec<u8>, items: &Bound<'_, PyTuple>, depth: usize) -> Option<()> {
    bytes.push(b'(');
    bytes.extend((items.len() as u64).to_le_bytes());
    items.iter_borrowed().try_for_each(|item| write(bytes, &item, depth))
}

/// With its length, so that what follows cannot continue it.
fn write_sized(bytes: &mut Vec<u8>, kind: u8, content: &[u8]) {
    bytes.push(kind);
    bytes.extend((content.len() as u64).to_le_bytes());
    bytes.extend(content);
}
