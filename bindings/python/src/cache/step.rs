//! `headstart._native.NativeStep`: what one does next who asks for a value, for tasks and for threads in the background.

use super::codec::Shared;
use super::front::value_of;
use super::native::{Key, NativeCache};
use super::policy::NativePolicy;
use headstart::cache::{Claim, Kept, Outcome, Step, Waiting, Work};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Wake, Waker};
use std::time::Duration;

/// What is called to compute a value.
pub(super) struct Call {
    pub(super) function: Py<PyAny>,
    pub(super) arguments: Py<PyTuple>,
    pub(super) keywords: Option<Py<PyDict>>,
}

impl Call {
    pub(super) fn run(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let keywords = self.keywords.as_ref().map(|keywords| keywords.bind(py));
        self.function.bind(py).call(self.arguments.bind(py), keywords).map(Bound::unbind)
    }
}

/// One value that was asked for.
#[pyclass(frozen, module = "headstart._native")]
pub(crate) struct NativeStep {
    cache: Py<NativeCache>,
    key: Key,
    policy: Py<NativePolicy>,
    call: Option<Call>,
    state: Mutex<State>,
}

enum State {
    Value(Kept<Shared>),
    Waiting(Waiting<Shared>),
    Work(Work<Shared>),
    /// Who computed it has given up, or this one has.
    Over,
}

#[pymethods]
impl NativeStep {
    /// `value`: it is there. `wait`: another computes it. `refresh`: the value may be served while it is computed.
    /// `compute`: it is to be claimed and computed. `again`: to be begun again.
    #[getter]
    fn kind(&self) -> &'static str {
        match &*self.state() {
            State::Value(_) => "value",
            State::Waiting(_) => "wait",
            State::Work(work) if work.is_refresh() => "refresh",
            State::Work(_) => "compute",
            State::Over => "again",
        }
    }

    /// The value, for `value` and `refresh`.
    #[getter]
    fn value(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        match &*self.state() {
            State::Value(kept) => Ok(value_of(py, kept)),
            State::Work(work) => work.old().map(|kept| value_of(py, kept)).ok_or_else(|| wrong("it has no value")),
            _ => Err(wrong("it has no value")),
        }
    }

    /// Has `callback()` called, by any thread, when the other has computed it; `False` where it has already.
    fn on_end(&self, callback: Py<PyAny>) -> PyResult<bool> {
        match &*self.state() {
            State::Waiting(waiting) => Ok(waiting.poll(&Waker::from(Arc::new(Calling(callback)))).is_pending()),
            _ => Err(wrong("nobody is waited for")),
        }
    }

    /// Looks what the other came to; the new kind.
    fn look(&self) -> &'static str {
        let mut state = self.state();
        if let State::Waiting(waiting) = &*state {
            match waiting.poll(Waker::noop()) {
                Poll::Ready(Outcome::Landed(kept)) => *state = State::Value(kept),
                Poll::Ready(_) => *state = State::Over,
                Poll::Pending => {}
            }
        }
        drop(state);
        self.kind()
    }

    /// Takes the turn among processes, without waiting: `value`, `compute`, or `busy` where another has it.
    fn claim(&self, py: Python<'_>) -> PyResult<&'static str> {
        let State::Work(work) = self.take() else { return Err(wrong("there is nothing to compute")) };
        let core = &self.cache.get().core;
        let claim = py.detach(|| core.claim(work, &self.policy.get().policy, Duration::ZERO));
        let (state, kind) = match claim {
            Claim::Serve(kept) => (State::Value(kept), "value"),
            Claim::Compute(work) => (State::Work(work), "compute"),
            Claim::Busy(work) => (State::Work(work), "busy"),
        };
        *self.state() = state;
        Ok(kind)
    }

    /// Computes it without waiting any longer.
    fn compute_anyway(&self) -> PyResult<()> {
        let work = match self.take() {
            State::Waiting(waiting) => waiting.into_work(),
            State::Work(work) => work,
            _ => return Err(wrong("there is nothing to compute")),
        };
        let work = self.cache.get().core.compute_anyway(work, &self.policy.get().policy);
        *self.state() = State::Work(work);
        Ok(())
    }

    /// Keeps the value and gives it to who waits.
    fn complete(&self, py: Python<'_>, value: Py<PyAny>) -> PyResult<Py<PyAny>> {
        self.end(py, Ok(value))
    }

    /// Computing it failed with this: an old value is given where there is one, and else this is raised.
    fn fail(&self, py: Python<'_>, error: Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        self.end(py, Err(PyErr::from_value(error)))
    }

    /// Lets go of it, where it is not over: who waits computes it.
    pub(super) fn release(&self, py: Python<'_>) {
        let state = self.take();
        self.cache.get().forget_number(py, &self.key);
        drop(state);
    }

    /// Claims and computes it on this thread; raises what computing it raises, whether there is an old value or not.
    pub(super) fn run(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        if self.claim(py)? == "value" {
            return self.value(py);
        }
        let Some(call) = &self.call else { return Err(wrong("it has no function")) };
        match call.run(py) {
            Ok(value) => self.end(py, Ok(value)),
            Err(error) => {
                self.release(py);
                Err(error)
            }
        }
    }
}

impl NativeStep {
    pub(super) fn new(
        cache: Py<NativeCache>,
        key: Key,
        policy: Py<NativePolicy>,
        call: Option<Call>,
        step: Step<Shared>,
    ) -> Self {
        let state = match step {
            Step::Serve(kept) => State::Value(kept),
            Step::Wait(waiting) => State::Waiting(waiting),
            Step::Compute(work) => State::Work(work),
        };
        Self { cache, key, policy, call, state: Mutex::new(state) }
    }

    fn end(&self, py: Python<'_>, outcome: PyResult<Py<PyAny>>) -> PyResult<Py<PyAny>> {
        let State::Work(work) = self.take() else { return Err(wrong("there is nothing to compute")) };
        self.cache.get().complete(py, &self.key, self.policy.get(), work, outcome)
    }

    fn take(&self) -> State {
        std::mem::replace(&mut *self.state(), State::Over)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn wrong(why: &'static str) -> PyErr {
    PyRuntimeError::new_err(why)
}

/// Calls a function of Python's when it is woken.
struct Calling(Py<PyAny>);

impl Wake for Calling {
    fn wake(self: Arc<Self>) {
        Python::attach(|py| {
            if let Err(error) = self.0.bind(py).call0() {
                error.write_unraisable(py, None);
            }
        });
    }
}
