//! One function as it is served: its record, and its versions as the host runs them.

use super::code::Code;
use super::fault::{Fault, Kind};
use super::limits::Share;
use super::live::Live;
use super::record::{Record, Which};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

/// Where a function comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    /// The API; it is kept on disk.
    Stored,
    /// A package that lies there; it is changed by changing its files.
    Directory(PathBuf),
}

/// A function.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) source: Source,
    pub(super) share: Arc<Share>,
    /// Held by who changes it.
    pub(super) changing: tokio::sync::Mutex<()>,
    state: RwLock<Arc<State>>,
}

/// What a function is at one time; requests go by the one that they found.
#[derive(Debug)]
pub(super) struct State {
    pub(super) record: Record,
    pub(super) lives: BTreeMap<Which, Arc<Live>>,
}

impl Entry {
    pub(super) fn new(source: Source, state: State) -> Self {
        Self {
            name: state.record.name.clone(),
            source,
            share: Arc::default(),
            changing: tokio::sync::Mutex::default(),
            state: RwLock::new(Arc::new(state)),
        }
    }

    pub(super) fn state(&self) -> Arc<State> {
        Arc::clone(&self.state.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts another state in place; the one before.
    pub(super) fn replace(&self, state: State) -> Arc<State> {
        let mut current = self.state.write().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut current, Arc::new(state))
    }

    /// Fails for a function whose files are its own author's.
    pub(super) fn check_stored(&self) -> Result<(), Fault> {
        match &self.source {
            Source::Stored => Ok(()),
            Source::Directory(path) => {
                let text = format!("{} is served from {}; change it there.", self.name, path.display());
                Err(Fault::new(Kind::Conflict, text))
            }
        }
    }
}

impl State {
    pub(super) fn live(&self, which: Which) -> Result<&Arc<Live>, Fault> {
        self.lives.get(&which).ok_or_else(|| super::record::not_found(&self.record.name, Some(&which.to_string())))
    }

    /// The code that another state's versions use and this one's do not.
    pub(super) fn unused_of<'a>(&'a self, other: &'a State) -> impl Iterator<Item = &'a Arc<Code>> {
        let uses = |code: &Arc<Code>| self.lives.values().any(|live| Arc::ptr_eq(live.code(), code));
        other.lives.values().map(|live| live.code()).filter(move |code| !uses(code))
    }

    /// The versions of another state that are not this one's.
    pub(super) fn replaced_of<'a>(&'a self, other: &'a State) -> impl Iterator<Item = &'a Arc<Live>> {
        let is_kept = |live: &Arc<Live>| self.lives.values().any(|own| Arc::ptr_eq(own, live));
        other.lives.values().filter(move |live| !is_kept(live))
    }
}
