//! How long a value is good for, from Python's numbers.

use headstart::cache::Policy;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use std::borrow::Cow;
use std::time::Duration;

/// A policy; times are seconds.
#[pyclass(frozen, module = "headstart._native")]
pub(crate) struct NativePolicy {
    pub(super) policy: Policy,
    /// Whether that there is no value, which `None` says, is something else than a value.
    pub(super) has_negative: bool,
}

#[pymethods]
impl NativePolicy {
    #[new]
    #[pyo3(signature = (*, ttl=None, stale=None, stale_on_error=None, negative_ttl=None, refresh_ahead=None, tags=Vec::new(), refresh_on_restore=false, no_snapshot=false))]
    #[expect(clippy::too_many_arguments, reason = "keyword arguments in Python")]
    fn new(
        ttl: Option<f64>,
        stale: Option<f64>,
        stale_on_error: Option<f64>,
        negative_ttl: Option<f64>,
        refresh_ahead: Option<f64>,
        tags: Vec<String>,
        refresh_on_restore: bool,
        no_snapshot: bool,
    ) -> PyResult<Self> {
        let mut policy = match ttl {
            Some(ttl) => Policy::ttl(duration(ttl)?),
            None => Policy::forever(),
        };
        if let Some(stale) = stale {
            policy = policy.stale_while_revalidate(duration(stale)?);
        }
        if let Some(stale) = stale_on_error {
            policy = policy.stale_on_error(duration(stale)?);
        }
        if let Some(ttl) = negative_ttl {
            policy = policy.negative_ttl(duration(ttl)?);
        }
        if let Some(before) = refresh_ahead {
            policy = policy.refresh_ahead(duration(before)?);
        }
        if refresh_on_restore {
            policy = policy.refresh_on_restore();
        }
        if no_snapshot {
            policy = policy.no_snapshot();
        }
        Ok(Self { policy: policy.tags(tags), has_negative: negative_ttl.is_some() })
    }
}

impl NativePolicy {
    /// The policy of one value; what `is_local` to this process is in no file.
    pub(super) fn rules(&self, is_local: bool) -> Cow<'_, Policy> {
        if is_local { Cow::Owned(self.policy.clone().no_snapshot()) } else { Cow::Borrowed(&self.policy) }
    }

    /// The same with the tags of one value.
    pub(super) fn tagged(&self, tags: Vec<String>) -> Self {
        Self { policy: self.policy.clone().tags(tags), has_negative: self.has_negative }
    }
}

pub(super) fn duration(seconds: f64) -> PyResult<Duration> {
    Duration::try_from_secs_f64(seconds).map_err(|error| PyValueError::new_err(format!("{seconds} seconds: {error}")))
}
