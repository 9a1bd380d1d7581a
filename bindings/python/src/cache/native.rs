//! `headstart._native.NativeCache`: a cache of Python objects.

use super::codec::{Form, PythonCodec, Shared};
use super::front::{Front, is_good, value_of};
use super::key;
use super::policy::{NativePolicy, duration};
use super::step::{Call, NativeStep};
use super::warn::warn;
use headstart::cache::{self, Cache, Claim, Kept, Outcome, Step, Work};
use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use pyo3::pyclass::{PyTraverseError, PyVisit};
use pyo3::types::{PyDict, PyTuple};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How long one waits until signals are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// A cache; `headstart.Cache` is the class for people.
#[pyclass(frozen, weakref, module = "headstart._native")]
pub(crate) struct NativeCache {
    pub(super) core: Cache<Shared>,
    front: Front,
    /// Numbers for the keys that have no bytes, while their values are computed.
    numbers: Py<PyDict>,
    next: AtomicU64,
    warn: Py<PyAny>,
    /// Takes a step and runs it elsewhere; whether it does.
    background: Py<PyAny>,
}

/// A key of a value: in the process, and for those who compute it.
pub(super) struct Key {
    pub(super) local: Py<PyAny>,
    pub(super) bytes: Vec<u8>,
    /// Whether no other process has these bytes for it.
    pub(super) is_local: bool,
}

#[pymethods]
impl NativeCache {
    #[new]
    #[pyo3(signature = (name, code, *, codec, dumps, loads, directory, on_node, max_entries, max_bytes, node_bytes, max_value_bytes, wait, warn, background))]
    #[expect(clippy::too_many_arguments, reason = "keyword arguments in Python")]
    fn new(
        py: Python<'_>,
        name: &str,
        code: &str,
        codec: String,
        dumps: Option<Py<PyAny>>,
        loads: Option<Py<PyAny>>,
        directory: Option<PathBuf>,
        on_node: bool,
        max_entries: usize,
        max_bytes: u64,
        node_bytes: u64,
        max_value_bytes: usize,
        wait: f64,
        warn: Py<PyAny>,
        background: Py<PyAny>,
    ) -> PyResult<Self> {
        let form = match (dumps, loads) {
            (Some(dumps), Some(loads)) => Form::Own { dumps, loads },
            _ if codec == "bytes" => Form::Bytes,
            _ => Form::MessagePack,
        };
        // What the process holds is in `front`.
        let builder = Cache::builder(name).code(code).held_elsewhere().wait(duration(wait)?);
        let builder = builder.node_bytes(node_bytes).largest(max_value_bytes);
        let builder = match directory {
            Some(directory) => builder.directory(directory),
            None if on_node => builder.on_node(),
            None => builder,
        };
        let told = warn.clone_ref(py);
        let opened = builder.codec(PythonCodec { name: codec, form, warn, has_warned: AtomicBool::new(false) });
        if let Some(problem) = opened.problem() {
            told.bind(py).call1((format!("values are cached in this process alone: {problem}"),))?;
        }
        Ok(Self {
            core: opened,
            front: Front::new(py, max_entries, max_bytes)?,
            numbers: PyDict::new(py).unbind(),
            next: AtomicU64::new(0),
            warn: told,
            background,
        })
    }

    /// The value of a key where there is a fresh one, else `default`.
    fn get(&self, key: &Bound<'_, PyAny>, default: Py<PyAny>) -> PyResult<Py<PyAny>> {
        let (py, local) = (key.py(), key::of_value(key)?);
        if let Some(value) = self.fresh(&local)? {
            return Ok(value);
        }
        let Some(bytes) = key::bytes_of_value(key) else { return Ok(default) };
        match self.core.find(bytes) {
            Some(kept) => self.serve(py, &local, kept),
            None => Ok(default),
        }
    }

    /// Keeps a value.
    fn put(&self, key: &Bound<'_, PyAny>, value: Py<PyAny>, policy: &NativePolicy) -> PyResult<()> {
        self.put_at(key.py(), &self.key_of_value(key)?, value, policy)
    }

    /// Forgets a value; whether there was one.
    fn remove(&self, key: &Bound<'_, PyAny>) -> PyResult<bool> {
        self.remove_at(&key::of_value(key)?, key::bytes_of_value(key))
    }

    /// What is next for one who asks for a value without waiting for it.
    fn begin(slf: &Bound<'_, Self>, key: &Bound<'_, PyAny>, policy: Py<NativePolicy>) -> PyResult<NativeStep> {
        let place = slf.get().key_of_value(key)?;
        Self::begin_at(slf, place, policy)
    }

    /// The value of a key, computed by `function()` where there is none.
    fn compute(
        slf: &Bound<'_, Self>,
        key: &Bound<'_, PyAny>,
        function: Py<PyAny>,
        policy: &Bound<'_, NativePolicy>,
    ) -> PyResult<Py<PyAny>> {
        let py = slf.py();
        if let Some(value) = slf.get().fresh(&key::of_value(key)?)? {
            return Ok(value);
        }
        let call = Call { function, arguments: PyTuple::empty(py).unbind(), keywords: None };
        Self::obtain(slf, slf.get().key_of_value(key)?, policy.as_unbound(), call)
    }

    fn clear(&self, py: Python<'_>) {
        py.detach(|| self.core.clear());
        self.front.clear(py);
    }

    fn invalidate(&self, py: Python<'_>, tag: &str) {
        py.detach(|| self.core.invalidate(tag));
        self.front.invalidate(py, &self.core.tag(tag));
    }

    fn before_snapshot(&self, py: Python<'_>) {
        self.front.drop_unfit_for_snapshots(py);
    }

    /// Tells what was done and is not told yet.
    fn tell_now(&self, py: Python<'_>) {
        let done = self.front.done(self.core.statistics());
        py.detach(|| self.core.tell_now(&done));
    }

    /// How many values the process holds.
    fn __len__(&self, py: Python<'_>) -> usize {
        self.front.len(py)
    }

    /// What it has done in this process, and what it holds, as JSON text.
    fn statistics(&self, py: Python<'_>) -> String {
        let mut statistics = self.front.done(self.core.statistics());
        statistics.entries = self.front.len(py) as u64;
        statistics.bytes = self.front.bytes();
        serde_json::to_string(&statistics).unwrap_or_default()
    }

    /// Why values are kept in the process alone, where they were to be kept on the node.
    fn problem(&self) -> Option<String> {
        self.core.problem().map(str::to_owned)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.front.traverse(&visit)?;
        visit.call(&self.numbers)?;
        visit.call(&self.warn)?;
        visit.call(&self.background)
    }
}

impl Drop for NativeCache {
    fn drop(&mut self) {
        self.core.tell_now(&self.front.done(self.core.statistics()));
    }
}

impl NativeCache {
    /// A value that the process holds and that is good.
    pub(super) fn fresh(&self, local: &Bound<'_, PyAny>) -> PyResult<Option<Py<PyAny>>> {
        self.front.fresh(local.py(), &self.core, local)
    }

    /// A key that may have no bytes: then it has a number as long as its value is computed.
    pub(super) fn key(&self, local: &Bound<'_, PyAny>, bytes: Option<Vec<u8>>) -> PyResult<Key> {
        let is_local = bytes.is_none();
        let bytes = match bytes {
            Some(bytes) => bytes,
            None => self.number(local)?,
        };
        Ok(Key { local: local.clone().unbind(), bytes, is_local })
    }

    pub(super) fn put_at(&self, py: Python<'_>, key: &Key, value: Py<PyAny>, policy: &NativePolicy) -> PyResult<()> {
        let rules = policy.rules(key.is_local);
        let kept = py.detach(|| self.core.put(&key.bytes, &rules, Arc::new(value)));
        self.hold(py, key, kept)
    }

    pub(super) fn remove_at(&self, local: &Bound<'_, PyAny>, bytes: Option<Vec<u8>>) -> PyResult<bool> {
        let py = local.py();
        let bytes = match bytes {
            Some(bytes) => Some(bytes),
            None => self.numbers.bind(py).get_item(local)?.map(|it| it.extract().map(bytes_of_number)).transpose()?,
        };
        // First what is being computed, so that it does not come after.
        let was_stored = bytes.is_some_and(|bytes| py.detach(|| self.core.remove(bytes)));
        let was_held = self.front.remove(py, local)?;
        Ok(was_held || was_stored)
    }

    pub(super) fn begin_at(this: &Bound<'_, Self>, key: Key, policy: Py<NativePolicy>) -> PyResult<NativeStep> {
        let (py, cache) = (this.py(), this.get());
        cache.front.look_around(py, &cache.core, cache.core.now());
        let step = cache.core.ask_holding(&key.bytes, cache.front.held(py, key.local.bind(py))?);
        let step = match step {
            // It landed after it was looked for.
            Step::Compute(work) if !work.is_refresh() => match cache.good(py, &key)? {
                Some(kept) => Step::Serve(kept),
                None => Step::Compute(work),
            },
            step => step,
        };
        if let Step::Serve(kept) = &step {
            cache.hold(py, &key, kept.clone())?;
        }
        Ok(NativeStep::new(this.clone().unbind(), key, policy, None, step))
    }

    /// What is next for one who computes a value anew.
    pub(super) fn renew_at(this: &Bound<'_, Self>, key: Key, policy: Py<NativePolicy>) -> NativeStep {
        let work = this.get().core.renew(&key.bytes, &policy.get().policy);
        NativeStep::new(this.clone().unbind(), key, policy, None, Step::Compute(work))
    }

    /// The value of a key, computed where there is none.
    pub(super) fn obtain(
        this: &Bound<'_, Self>,
        key: Key,
        policy: &Py<NativePolicy>,
        call: Call,
    ) -> PyResult<Py<PyAny>> {
        let (py, cache) = (this.py(), this.get());
        let (begun, rules) = (Instant::now(), &policy.get().policy);
        let work = loop {
            match cache.core.ask_holding(&key.bytes, cache.front.held(py, key.local.bind(py))?) {
                Step::Serve(kept) => return cache.serve(py, key.local.bind(py), kept),
                Step::Wait(waiting) => match cache.patiently(py, begun, |left| waiting.wait(left))? {
                    Outcome::Landed(kept) => {
                        cache.forget_number(py, &key);
                        return Ok(value_of(py, &kept));
                    }
                    Outcome::GivenUp => {}
                    Outcome::Overdue => break cache.core.compute_anyway(waiting.into_work(), rules),
                },
                Step::Compute(work) => {
                    if let Some(kept) = cache.good(py, &key)? {
                        cache.forget_number(py, &key);
                        return Ok(value_of(py, &kept));
                    }
                    if let Some(old) = work.old().filter(|_| work.is_refresh()).cloned() {
                        let (this, policy) = (this.clone().unbind(), policy.clone_ref(py));
                        let step = NativeStep::new(this, key, policy, Some(call), Step::Compute(work));
                        return cache.refresh(py, step, &old);
                    }
                    match cache.claim(py, work, policy, begun)? {
                        Claim::Serve(kept) => return cache.serve(py, key.local.bind(py), kept),
                        Claim::Compute(work) => break work,
                        Claim::Busy(work) => break cache.core.compute_anyway(work, rules),
                    }
                }
            }
        };
        let outcome = call.run(py);
        cache.complete(py, &key, policy.get(), work, outcome)
    }

    /// Keeps what computing came to, and gives it to who waits.
    pub(super) fn complete(
        &self,
        py: Python<'_>,
        key: &Key,
        policy: &NativePolicy,
        work: Work<Shared>,
        outcome: PyResult<Py<PyAny>>,
    ) -> PyResult<Py<PyAny>> {
        let outcome = match outcome {
            // An old value stands in where computing fails, not where the program is to end.
            Err(error) if !error.is_instance_of::<PyException>(py) => return Err(error),
            // A value that can be used once is the caller's alone.
            Ok(value) if is_used_up_by_use(value.bind(py)) => {
                let kind = value.bind(py).get_type().fully_qualified_name()?;
                self.tell(py, &format!("a {kind} is not cached, since it can be used once"));
                return Ok(value);
            }
            outcome => outcome,
        };
        let outcome = outcome.map(|value| {
            let is_absent = policy.has_negative && value.is_none(py);
            (!is_absent).then(|| Arc::new(value))
        });
        let rules = policy.rules(key.is_local);
        // Held before who waits goes on: who comes then finds it.
        let hold = |kept: &Kept<Shared>| {
            Python::attach(|py| {
                if let Err(error) = self.hold(py, key, kept.clone()) {
                    error.write_unraisable(py, None);
                }
            });
        };
        let kept = py.detach(|| self.core.complete_with(work, &rules, outcome, hold));
        self.forget_number(py, key);
        Ok(value_of(py, &kept?))
    }

    fn key_of_value(&self, key: &Bound<'_, PyAny>) -> PyResult<Key> {
        self.key(&key::of_value(key)?, key::bytes_of_value(key))
    }

    /// What the process holds, where it is good.
    fn good(&self, py: Python<'_>, key: &Key) -> PyResult<Option<Kept<Shared>>> {
        let held = self.front.held(py, key.local.bind(py))?;
        Ok(held.filter(|kept| is_good(kept, &self.core, self.core.now())))
    }

    fn serve(&self, py: Python<'_>, local: &Bound<'_, PyAny>, kept: Kept<Shared>) -> PyResult<Py<PyAny>> {
        let value = value_of(py, &kept);
        self.front.put(local, kept, self.core.now())?;
        Ok(value)
    }

    fn hold(&self, py: Python<'_>, key: &Key, kept: Kept<Shared>) -> PyResult<()> {
        if self.core.is_valid(kept.tags()) {
            self.front.put(key.local.bind(py), kept, self.core.now())
        } else {
            // It would be good again in a child, which does not know what was invalidated.
            self.front.remove(py, key.local.bind(py)).map(drop)
        }
    }

    /// The value of a key that has no bytes is not being computed any more.
    pub(super) fn forget_number(&self, py: Python<'_>, key: &Key) {
        if key.is_local {
            // Another may have been first.
            let _ = self.numbers.bind(py).del_item(&key.local);
        }
    }

    pub(super) fn tell(&self, py: Python<'_>, text: &str) {
        warn(py, &self.warn, text);
    }

    /// A stale value is served, and computed anew elsewhere; here where there is no elsewhere.
    fn refresh(&self, py: Python<'_>, step: NativeStep, old: &Kept<Shared>) -> PyResult<Py<PyAny>> {
        let step = Bound::new(py, step)?;
        if self.background.bind(py).call1((&step,))?.extract::<bool>()? {
            return Ok(value_of(py, old));
        }
        match step.get().run(py) {
            Err(error) if error.is_instance_of::<PyException>(py) => Ok(value_of(py, old)),
            outcome => outcome,
        }
    }

    /// Takes the turn among processes.
    fn claim(
        &self,
        py: Python<'_>,
        work: Work<Shared>,
        policy: &Py<NativePolicy>,
        begun: Instant,
    ) -> PyResult<Claim<Shared>> {
        let rules = &policy.get().policy;
        let mut work = work;
        loop {
            let left = self.core.left(begun);
            match py.detach(|| self.core.claim(work, rules, left.min(LOOK_EVERY))) {
                Claim::Busy(busy) if left > LOOK_EVERY => work = busy,
                claim => return Ok(claim),
            }
            py.check_signals()?;
        }
    }

    /// Waits with the interpreter let go, and lets signals be handled meanwhile.
    fn patiently(
        &self,
        py: Python<'_>,
        begun: Instant,
        wait: impl Fn(Duration) -> Outcome<Shared> + Sync,
    ) -> PyResult<Outcome<Shared>> {
        loop {
            let left = self.core.left(begun);
            match py.detach(|| wait(left.min(LOOK_EVERY))) {
                Outcome::Overdue if left > LOOK_EVERY => py.check_signals()?,
                outcome => return Ok(outcome),
            }
        }
    }

    /// Bytes that no other key has while its value is computed.
    fn number(&self, local: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
        let next = self.next.fetch_add(1, Ordering::Relaxed);
        let number = self.numbers.bind(local.py()).call_method1("setdefault", (local, next))?;
        Ok(bytes_of_number(number.extract()?))
    }
}

fn bytes_of_number(number: u64) -> Vec<u8> {
    let mut bytes = format!("object {} ", std::process::id()).into_bytes();
    bytes.extend(number.to_le_bytes());
    bytes
}

/// Whether a value is an iterator or an awaitable: the second caller would find it used up.
fn is_used_up_by_use(value: &Bound<'_, PyAny>) -> bool {
    let kind = value.get_type();
    ["__next__", "__await__"].iter().any(|name| kind.hasattr(*name).unwrap_or(false))
}

/// Takes note of the epoch that a restore came with.
#[pyfunction]
pub(crate) fn cache_restored(epoch: u64) {
    cache::restored(epoch);
}
