//! `headstart._native.CachedFunction`: a function whose results are cached.

use super::key;
use super::native::{Key, NativeCache};
use super::policy::NativePolicy;
use super::step::{Call, NativeStep};
use pyo3::prelude::*;
use pyo3::pyclass::{PyTraverseError, PyVisit};
use pyo3::types::{PyDict, PyTuple};

/// What `headstart.cached` makes of a function; a class of Python's adds what people call.
#[pyclass(frozen, subclass, module = "headstart._native")]
pub(crate) struct CachedFunction {
    cache: Py<NativeCache>,
    function: Py<PyAny>,
    policy: Py<NativePolicy>,
    /// Called with the arguments: what tells this call from others.
    key: Option<Py<PyAny>>,
    /// Called with the arguments: the tags of its value.
    tags: Option<Py<PyAny>>,
}

/// What tells a call from others.
type Subject<'py> = (Bound<'py, PyTuple>, Option<Bound<'py, PyDict>>);

#[pymethods]
impl CachedFunction {
    #[new]
    #[pyo3(signature = (cache, function, policy, key, tags))]
    fn new(
        cache: Py<NativeCache>,
        function: Py<PyAny>,
        policy: Py<NativePolicy>,
        key: Option<Py<PyAny>>,
        tags: Option<Py<PyAny>>,
    ) -> Self {
        Self { cache, function, policy, key, tags }
    }

    #[pyo3(signature = (*arguments, **keywords))]
    fn __call__(&self, arguments: &Bound<'_, PyTuple>, keywords: Option<&Bound<'_, PyDict>>) -> PyResult<Py<PyAny>> {
        let (py, cache) = (arguments.py(), self.cache.bind(arguments.py()));
        let call = || Call {
            function: self.function.clone_ref(py),
            arguments: arguments.clone().unbind(),
            keywords: keywords.map(|keywords| keywords.clone().unbind()),
        };
        let subject;
        let (arguments_of_key, keywords_of_key) = if self.key.is_some() {
            subject = self.subject(arguments, keywords)?;
            (&subject.0, subject.1.as_ref())
        } else {
            (arguments, keywords)
        };
        let found = key::of_call(arguments_of_key, keywords_of_key);
        let found = found.and_then(|local| cache.get().fresh(&local).map(|value| (local, value)));
        let local = match found {
            Ok((_, Some(value))) => return Ok(value),
            Ok((local, None)) => local,
            Err(error) => {
                self.step_aside(py, &error);
                return call().run(py);
            }
        };
        let place = self.place(&local, key::bytes_of_call(arguments_of_key, keywords_of_key))?;
        NativeCache::obtain(cache, place, &self.policy_of(arguments, keywords)?, call())
    }

    fn __get__<'py>(
        slf: Bound<'py, Self>,
        instance: Bound<'py, PyAny>,
        _owner: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        if instance.is_none() {
            return Ok(slf.into_any());
        }
        let py = instance.py();
        py.import("types")?.getattr("MethodType")?.call1((slf, instance))
    }

    /// The value of a call where the process holds a fresh one, else `missing`; `no_key` where the arguments are none.
    #[pyo3(name = "_find")]
    fn find(
        &self,
        arguments: &Bound<'_, PyTuple>,
        keywords: Option<&Bound<'_, PyDict>>,
        missing: Py<PyAny>,
        no_key: Py<PyAny>,
    ) -> PyResult<Py<PyAny>> {
        let (arguments, keywords) = self.subject(arguments, keywords)?;
        let found = key::of_call(&arguments, keywords.as_ref()).and_then(|local| self.cache.get().fresh(&local));
        Ok(match found {
            Ok(found) => found.unwrap_or(missing),
            Err(error) => {
                self.step_aside(arguments.py(), &error);
                no_key
            }
        })
    }

    /// What is next for one who asks for the value of a call without waiting for it.
    #[pyo3(name = "_begin")]
    fn begin(&self, arguments: &Bound<'_, PyTuple>, keywords: Option<&Bound<'_, PyDict>>) -> PyResult<NativeStep> {
        let cache = self.cache.bind(arguments.py());
        NativeCache::begin_at(cache, self.key_of(arguments, keywords)?, self.policy_of(arguments, keywords)?)
    }

    /// What is next for one who computes the value of a call anew; `None` where the arguments are no key.
    #[pyo3(name = "_renew")]
    fn renew(
        &self,
        arguments: &Bound<'_, PyTuple>,
        keywords: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Option<NativeStep>> {
        let policy = self.policy_of(arguments, keywords)?;
        match self.key_of(arguments, keywords) {
            Ok(key) => Ok(Some(NativeCache::renew_at(self.cache.bind(arguments.py()), key, policy))),
            Err(error) => {
                self.step_aside(arguments.py(), &error);
                Ok(None)
            }
        }
    }

    /// Forgets the value of a call; whether there was one.
    #[pyo3(name = "_remove")]
    fn remove(&self, arguments: &Bound<'_, PyTuple>, keywords: Option<&Bound<'_, PyDict>>) -> PyResult<bool> {
        let (arguments, keywords) = self.subject(arguments, keywords)?;
        let removed = key::of_call(&arguments, keywords.as_ref())
            .and_then(|local| self.cache.get().remove_at(&local, key::bytes_of_call(&arguments, keywords.as_ref())));
        Ok(removed.unwrap_or_else(|error| {
            self.step_aside(arguments.py(), &error);
            false
        }))
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.cache)?;
        visit.call(&self.function)?;
        visit.call(&self.key)?;
        visit.call(&self.tags)
    }
}

impl CachedFunction {
    fn subject<'py>(
        &self,
        arguments: &Bound<'py, PyTuple>,
        keywords: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Subject<'py>> {
        match &self.key {
            None => Ok((arguments.clone(), keywords.filter(|keywords| !keywords.is_empty()).cloned())),
            Some(key) => {
                let value = key.bind(arguments.py()).call(arguments, keywords)?;
                Ok((PyTuple::new(arguments.py(), [value])?, None))
            }
        }
    }

    fn key_of(&self, arguments: &Bound<'_, PyTuple>, keywords: Option<&Bound<'_, PyDict>>) -> PyResult<Key> {
        let (arguments, keywords) = self.subject(arguments, keywords)?;
        let local = key::of_call(&arguments, keywords.as_ref())?;
        self.place(&local, key::bytes_of_call(&arguments, keywords.as_ref()))
    }

    fn place(&self, local: &Bound<'_, PyAny>, bytes: Option<Vec<u8>>) -> PyResult<Key> {
        let cache = self.cache.get();
        if bytes.is_none() && cache.core.is_shared() {
            cache.tell(
                local.py(),
                "a call is cached in this process alone, since its arguments are no text, numbers or tuples of these: \
                 say with key= what tells its calls apart",
            );
        }
        cache.key(local, bytes)
    }

    fn policy_of(
        &self,
        arguments: &Bound<'_, PyTuple>,
        keywords: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Py<NativePolicy>> {
        let py = arguments.py();
        match &self.tags {
            None => Ok(self.policy.clone_ref(py)),
            Some(tags) => Py::new(py, self.policy.get().tagged(tags.bind(py).call(arguments, keywords)?.extract()?)),
        }
    }

    fn step_aside(&self, py: Python<'_>, error: &PyErr) {
        self.cache.get().tell(py, &format!("a call is not cached: {}", error.value(py)));
    }
}
