//! Values as [MessagePack](https://github.com/msgpack/msgpack/blob/master/spec.md), such that what is read is what was
//! written, types included: what has no such form is refused.
//!
//! Beyond the plain types there are two extensions: 1 is a tuple, as an array, and 2 a whole number of more than 64 bits,
//! in decimal digits.

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};
use rmp::Marker;
use rmp::decode::{self, RmpRead};
use rmp::encode;

const TUPLE: i8 = 1;
const LARGE: i8 = 2;
/// How deep containers may lie in each other; one that contains itself is deeper.
const DEEPEST: usize = 100;

/// The bytes of a value.
///
/// Fails, naming the type, where it contains an object of another type than those above.
pub(super) fn write(value: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    let mut bytes = Vec::with_capacity(64);
    put(&mut bytes, value, 0)?;
    Ok(bytes)
}

/// The value that bytes are of.
pub(super) fn read<'py>(py: Python<'py>, mut bytes: &[u8]) -> PyResult<Bound<'py, PyAny>> {
    let value = take(py, &mut bytes, 0)?;
    if bytes.is_empty() { Ok(value) } else { Err(damaged("something follows it")) }
}

fn put(bytes: &mut Vec<u8>, value: &Bound<'_, PyAny>, depth: usize) -> PyResult<()> {
    if depth > DEEPEST {
        return Err(PyValueError::new_err("it is nested too deeply"));
    }
    if value.is_none() {
        encode::write_nil(bytes)?;
    } else if let Ok(flag) = value.cast_exact::<PyBool>() {
        encode::write_bool(bytes, flag.is_true())?;
    } else if let Ok(text) = value.cast_exact::<PyString>() {
        written(encode::write_str(bytes, &text.to_cow()?))?;
    } else if let Ok(raw) = value.cast_exact::<PyBytes>() {
        written(encode::write_bin(bytes, raw.as_bytes()))?;
    } else if value.is_exact_instance_of::<PyInt>() {
        put_int(bytes, value)?;
    } else if let Ok(number) = value.cast_exact::<PyFloat>() {
        written(encode::write_f64(bytes, number.value()))?;
    } else if let Ok(list) = value.cast_exact::<PyList>() {
        written(encode::write_array_len(bytes, length(list.len())?))?;
        list.iter().try_for_each(|item| put(bytes, &item, depth + 1))?;
    } else if let Ok(dict) = value.cast_exact::<PyDict>() {
        written(encode::write_map_len(bytes, length(dict.len())?))?;
        for (key, value) in dict {
            put(bytes, &key, depth + 1)?;
            put(bytes, &value, depth + 1)?;
        }
    } else if let Ok(tuple) = value.cast_exact::<PyTuple>() {
        let mut inner = Vec::new();
        written(encode::write_array_len(&mut inner, length(tuple.len())?))?;
        tuple.iter().try_for_each(|item| put(&mut inner, &item, depth + 1))?;
        put_extension(bytes, TUPLE, &inner)?;
    } else {
        let kind = value.get_type().fully_qualified_name()?;
        return Err(PyTypeError::new_err(format!("a {kind} has no form in MessagePack")));
    }
    Ok(())
}

fn put_int(bytes: &mut Vec<u8>, value: &Bound<'_, PyAny>) -> PyResult<()> {
    if let Ok(number) = value.extract::<i64>() {
        written(encode::write_sint(bytes, number)).map(drop)
    } else if let Ok(number) = value.extract::<u64>() {
        written(encode::write_uint(bytes, number)).map(drop)
    } else {
        put_extension(bytes, LARGE, value.str()?.to_cow()?.as_bytes())
    }
}

fn put_extension(bytes: &mut Vec<u8>, kind: i8, content: &[u8]) -> PyResult<()> {
    written(encode::write_ext_meta(bytes, length(content.len())?, kind))?;
    bytes.extend_from_slice(content);
    Ok(())
}

fn take<'py>(py: Python<'py>, bytes: &mut &[u8], depth: usize) -> PyResult<Bound<'py, PyAny>> {
    if depth > DEEPEST {
        return Err(damaged("it is nested too deeply"));
    }
    let marker = decode::read_marker(bytes).map_err(|_| damaged("it is short"))?;
    Ok(match marker {
        Marker::Null => py.None().into_bound(py),
        Marker::True | Marker::False => PyBool::new(py, marker == Marker::True).to_owned().into_any(),
        Marker::FixPos(number) => number.into_pyobject(py)?.into_any(),
        Marker::FixNeg(number) => number.into_pyobject(py)?.into_any(),
        Marker::U8 => number(bytes, u8::from_be_bytes)?.into_pyobject(py)?.into_any(),
        Marker::U16 => number(bytes, u16::from_be_bytes)?.into_pyobject(py)?.into_any(),
        Marker::U32 => number(bytes, u32::from_be_bytes)?.into_pyobject(py)?.into_any(),
        Marker::U64 => number(bytes, u64::from_be_bytes)?.into_pyobject(py)?.into_any(),
        Marker::I8 => number(bytes, i8::from_be_bytes)?.into_pyobject(py)?.into_any(),
        Marker::I16 => number(bytes, i16::from_be_bytes)?.into_pyobject(py)?.into_any(),
        Marker::I32 => number(bytes, i32::from_be_bytes)?.into_pyobject(py)?.into_any(),
        Marker::I64 => number(bytes, i64::from_be_bytes)?.into_pyobject(py)?.into_any(),
        Marker::F64 => number(bytes, f64::from_be_bytes)?.into_pyobject(py)?.into_any(),
        Marker::FixStr(_) | Marker::Str8 | Marker::Str16 | Marker::Str32 => {
            let content = take_sized(bytes, marker)?;
            let text = std::str::from_utf8(content).map_err(|_| damaged("its text is none"))?;
            PyString::new(py, text).into_any()
        }
        Marker::Bin8 | Marker::Bin16 | Marker::Bin32 => PyBytes::new(py, take_sized(bytes, marker)?).into_any(),
        Marker::FixArray(_) | Marker::Array16 | Marker::Array32 => {
            let items = PyList::empty(py);
            for _ in 0..size(bytes, marker)? {
                items.append(take(py, bytes, depth + 1)?)?;
            }
            items.into_any()
        }
        Marker::FixMap(_) | Marker::Map16 | Marker::Map32 => {
            let items = PyDict::new(py);
            for _ in 0..size(bytes, marker)? {
                let key = take(py, bytes, depth + 1)?;
                items.set_item(key, take(py, bytes, depth + 1)?)?;
            }
            items.into_any()
        }
        _ => take_extension(py, bytes, marker, depth)?,
    })
}

fn take_extension<'py>(
    py: Python<'py>,
    bytes: &mut &[u8],
    marker: Marker,
    depth: usize,
) -> PyResult<Bound<'py, PyAny>> {
    let size = size(bytes, marker)?;
    let kind = number(bytes, i8::from_be_bytes)?;
    let mut content = split(bytes, size)?;
    match kind {
        TUPLE => Ok(take(py, &mut content, depth + 1)?.cast::<PyList>()?.to_tuple().into_any()),
        LARGE => {
            let digits = std::str::from_utf8(content).map_err(|_| damaged("its digits are none"))?;
            py.get_type::<PyInt>().call1((digits,))
        }
        _ => Err(damaged("it has another extension")),
    }
}

fn take_sized<'a>(bytes: &mut &'a [u8], marker: Marker) -> PyResult<&'a [u8]> {
    let size = size(bytes, marker)?;
    split(bytes, size)
}

/// How long what follows is.
fn size(bytes: &mut &[u8], marker: Marker) -> PyResult<usize> {
    Ok(match marker {
        Marker::FixStr(size) | Marker::FixArray(size) | Marker::FixMap(size) => usize::from(size),
        Marker::FixExt1 => 1,
        Marker::FixExt2 => 2,
        Marker::FixExt4 => 4,
        Marker::FixExt8 => 8,
        Marker::FixExt16 => 16,
        Marker::Str8 | Marker::Bin8 | Marker::Ext8 => usize::from(number(bytes, u8::from_be_bytes)?),
        Marker::Str16 | Marker::Bin16 | Marker::Ext16 | Marker::Array16 | Marker::Map16 => {
            usize::from(number(bytes, u16::from_be_bytes)?)
        }
        Marker::Str32 | Marker::Bin32 | Marker::Ext32 | Marker::Array32 | Marker::Map32 => {
            usize::try_from(number(bytes, u32::from_be_bytes)?).map_err(|_| damaged("it is too long"))?
        }
        _ => return Err(damaged("it has another type")),
    })
}

fn number<const N: usize, T>(bytes: &mut &[u8], convert: impl FnOnce([u8; N]) -> T) -> PyResult<T> {
    let mut raw = [0; N];
    bytes.read_exact_buf(&mut raw).map_err(|_| damaged("it is short"))?;
    Ok(convert(raw))
}

fn split<'a>(bytes: &mut &'a [u8], at: usize) -> PyResult<&'a [u8]> {
    let (content, rest) = bytes.split_at_checked(at).ok_or_else(|| damaged("it is short"))?;
    *bytes = rest;
    Ok(content)
}

fn length(number: usize) -> PyResult<u32> {
    u32::try_from(number).map_err(|_| PyValueError::new_err("it is too long"))
}

fn written<T, E: std::fmt::Display>(outcome: Result<T, E>) -> PyResult<T> {
    outcome.map_err(|error| PyValueError::new_err(error.to_string()))
}

fn damaged(why: &'static str) -> PyErr {
    PyValueError::new_err(why)
}
