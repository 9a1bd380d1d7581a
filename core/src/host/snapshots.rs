//! Snapshots: taken for later, and restored for a request.

use super::deadline::Deadline;
use super::pool::{Pool, full};
use super::registered::Registered;
use crate::error::{Code, Error, Result};
use crate::instance::{Tier, Worker};
use crate::snapshot::{Criu, on_a_thread};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tracing::Instrument;

impl Pool {
    /// Has a snapshot of the function ready: the one that there is, if it fits, else a new one.
    pub(super) async fn add_snapshot(&self, function: &Registered, criu: Option<PathBuf>) -> Result<()> {
        let _one_at_a_time = function.snapshotting.lock().await;
        if let Some(snapshot) = function.snapshot() {
            match on_a_thread(move || snapshot.look()).await {
                Ok(()) => return Ok(()),
                Err(error) => again(function, &error),
            }
        }
        let criu = on_a_thread(|| criu.map_or_else(Criu::find, Criu::at)).await?;
        let subject = self.starter.subject(&function.plan);
        let (store, wanted, found_by) = (Arc::clone(&self.snapshots), subject.clone(), criu.clone());
        let found = on_a_thread(move || store.find(&wanted, &found_by)).await.unwrap_or_else(|error| {
            again(function, &error);
            None
        });
        let snapshot = if let Some(found) = found {
            found
        } else {
            let _place = self.free_place().or_else(|| self.make_room()).ok_or_else(full)?;
            self.starter.snapshot(&function.plan, subject, &self.snapshots, &criu).await?
        };
        function.set_snapshot(Some(Arc::new(snapshot)));
        Ok(())
    }

    /// An instance restored from the function's snapshot, if it has one; a failure is told of once, and the next tier
    /// serves.
    pub(super) async fn restored(&self, function: &Registered, deadline: Option<Deadline>) -> Option<Worker> {
        let snapshot = function.snapshot()?;
        // Whoever hangs leaves the next tier as much time.
        let within = deadline.map_or(Duration::MAX, |deadline| deadline.remaining() / 2);
        let restore = self.starter.restore(&function.plan, &snapshot, &self.snapshots, within);
        let restored = restore.instrument(tracing::debug_span!("restore")).await;
        let is_given_up = snapshot.is_given_up(restored.is_ok());
        if restored.is_err() {
            function.tally.failed(Tier::Snapshot);
        }
        match restored {
            Ok(worker) => Some(worker),
            Err(error) if is_given_up || error.code() == Code::SnapshotInvalid => {
                tracing::warn!(function = %function.id, "the snapshot is given up, instances start cold: {error}");
                function.give_up_snapshot(&snapshot);
                None
            }
            Err(error) => {
                tracing::warn!(function = %function.id, "an instance starts cold, since a restore failed: {error}");
                None
            }
        }
    }
}

fn again(function: &Registered, error: &Error) {
    tracing::warn!(function = %function.id, "the snapshot is taken again: {error}");
}
