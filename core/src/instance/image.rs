//! What of a function's init image a start uses.

use super::starter::Plan;
use crate::bootstrap::message::ImageOrder;
use crate::preload::{Stamped, UsableImage};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// Has glibc ask for huge pages for large blocks, such as those that Node reads a snapshot into: half of the page
/// faults of such a start are there (glibc manual, "Memory Allocation Tunables").
const HUGE_PAGES: (&str, &str) = ("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1");

/// What a process was started from, and what it is to be offered.
#[derive(Debug, Clone, Default)]
pub(crate) struct ImageUse {
    image: Option<Arc<UsableImage>>,
    /// Whether the process begins as the image's snapshot.
    is_snapshot: bool,
}

impl ImageUse {
    /// For a start of this function; `snapshot` allows one that begins as a snapshot. An image that cannot be used is
    /// told of once.
    pub(super) fn choose(plan: &Plan, snapshot: bool) -> Self {
        let Some(image) = &plan.image else { return Self::default() };
        let usable = image.look().unwrap_or_else(|error| {
            tracing::warn!(function = %plan.name, "the function starts without its image: {error}");
            None
        });
        // Options that load code would load it after what is in the snapshot.
        let is_snapshot = snapshot
            && plan.interpreter.arguments.is_empty()
            && usable.as_ref().is_some_and(|usable| {
                usable.has_snapshot_for(&plan.interpreter.program, &plan.package, &plan.environment)
            });
        Self { image: usable, is_snapshot }
    }

    /// What the interpreter is to begin as.
    pub(super) fn blob(&self) -> Option<&Path> {
        self.image.as_ref().filter(|_| self.is_snapshot).and_then(|it| it.snapshot()).map(|(blob, _)| blob)
    }

    /// The environment of the interpreter's start. The launcher makes it the function's before that runs.
    pub(super) fn environment(&self, plan: &Plan) -> BTreeMap<String, String> {
        let mut environment = plan.environment.clone();
        if self.is_snapshot {
            let (name, value) = HUGE_PAGES;
            environment.entry(name.into()).or_insert_with(|| value.into());
        }
        environment
    }

    /// Has the kernel read what the start will, while the interpreter begins.
    pub(super) fn bring_reads(&self) {
        if let Some(image) = self.image.clone() {
            tokio::task::spawn_blocking(move || image.reads.bring());
        }
    }

    /// Whether the process begins as a snapshot.
    pub(super) fn is_snapshot(&self) -> bool {
        self.is_snapshot
    }

    /// Whether the start is one from the image, whatever the worker says of it.
    pub(super) fn is_used_anyway(&self) -> bool {
        self.is_snapshot || self.image.as_ref().is_some_and(|it| !it.has_content)
    }

    /// Takes note that a process could not begin as the snapshot.
    pub(super) fn refuse_snapshot(&self, why: &str) {
        if let Some(image) = &self.image {
            image.refuse_snapshot(why);
        }
    }

    /// What the worker is told.
    pub(super) fn order(&self) -> Option<ImageOrder> {
        let image = self.image.as_ref().filter(|it| it.has_content)?;
        let Stamped { path, stamp } = if self.is_snapshot { image.snapshot()?.1 } else { &image.image };
        Some(ImageOrder { path: path.display().to_string(), stamp: Some(stamp.clone()) })
    }

    /// Takes note of what the worker says: an image that is not taken is not offered again.
    pub(super) fn settle(&self, plan: &Plan, is_taken: bool) {
        if let (Some(image), Some(known), false, false) = (&self.image, &plan.image, is_taken, self.is_used_anyway()) {
            known.refuse(image);
        }
    }
}
