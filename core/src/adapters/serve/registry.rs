//! The functions of a server: found, made, changed, deleted. One change of a function at a time; what requests find is
//! always whole.

use super::code::Code;
use super::entry::{Entry, Source, State};
use super::fault::{Fault, Kind};
use super::limits::Limits;
use super::live::Live;
use super::record::{self, CodeRecord, Record, Version, Which};
use super::store::Store;
use crate::error::Error;
use crate::host::{Function, Host};
use crate::snapshot::on_a_thread;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

/// The functions of a server.
#[derive(Debug)]
pub(super) struct Registry {
    pub(super) host: Arc<Host>,
    pub(super) limits: Arc<Limits>,
    store: Arc<Store>,
    entries: RwLock<BTreeMap<String, Arc<Entry>>>,
    /// Held by who makes one.
    creating: tokio::sync::Mutex<()>,
    /// Held by who takes a snapshot.
    snapping: Arc<tokio::sync::Mutex<()>>,
}

impl Registry {
    /// The functions that are kept in a store.
    pub(super) fn load(host: Arc<Host>, limits: Arc<Limits>, store: Store) -> Self {
        let registry = Self {
            host,
            limits,
            store: Arc::new(store),
            entries: RwLock::default(),
            creating: tokio::sync::Mutex::default(),
            snapping: Arc::default(),
        };
        for record in registry.store.load() {
            let reserved = record.reserved;
            let entry = registry.entry(record);
            if let Err(fault) = registry.limits.reserve(&entry.share, reserved.map(widened)) {
                tracing::warn!(function = entry.name, "its reserved concurrency does not hold: {fault}");
            }
            registry.insert(entry);
        }
        registry
    }

    /// A function of this name.
    pub(super) fn find(&self, name: &str) -> Result<Arc<Entry>, Fault> {
        let entries = self.entries.read().unwrap_or_else(PoisonError::into_inner);
        entries.get(name).cloned().ok_or_else(|| record::not_found(name, None))
    }

    /// All of them, by name.
    pub(super) fn all(&self) -> Vec<Arc<Entry>> {
        self.entries.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    fn insert(&self, entry: Entry) -> Arc<Entry> {
        let entry = Arc::new(entry);
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        entries.insert(entry.name.clone(), Arc::clone(&entry));
        entry
    }

    /// An entry of a stored function whose versions are not known to the host yet.
    fn entry(&self, record: Record) -> Entry {
        let none = State { record: record.clone(), lives: BTreeMap::new() };
        let lives = self.lives(&record, &none);
        Entry::new(Source::Stored, State { record, lives })
    }

    /// Makes a function of an archive and of what `make` says of it; fails where there is one of its name, or where it
    /// cannot be registered, and leaves nothing then.
    pub(super) async fn create(
        &self,
        name: &str,
        archive: Vec<u8>,
        make: impl FnOnce(CodeRecord) -> Result<Record, Fault>,
    ) -> Result<Arc<Entry>, Fault> {
        let _one = self.creating.lock().await;
        if self.find(name).is_ok() {
            return Err(Fault::new(Kind::Conflict, format!("Function already exist: {name}")));
        }
        let code = self.unpack(name, archive).await?;
        let outcome = self.created(make(code.clone())).await;
        outcome.inspect_err(|_| self.discard(name, &code))
    }

    async fn created(&self, record: Result<Record, Fault>) -> Result<Arc<Entry>, Fault> {
        let record = record?;
        let entry = self.entry(record.clone());
        let state = entry.state();
        state.live(Which::Latest)?.id(&self.host).await?;
        match self.keep(record).await {
            Ok(()) => {
                let entry = self.insert(entry);
                self.snap(&entry);
                Ok(entry)
            }
            Err(fault) => {
                state.lives.values().for_each(|live| self.end(live));
                Err(fault)
            }
        }
    }

    /// Changes a function to run another archive; otherwise as [`Registry::change`]. Where nothing is changed, the archive
    /// is only looked at.
    pub(super) async fn change_code<T>(
        &self,
        entry: &Arc<Entry>,
        archive: Vec<u8>,
        edit: impl FnOnce(&mut Record, CodeRecord) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let code = self.unpack(&entry.name, archive).await?;
        let mut is_used = false;
        let edit = |record: &mut Record| {
            let told = edit(record, code.clone())?;
            is_used = record.versions().any(|(_, version)| version.code.directory == code.directory);
            Ok(told)
        };
        let outcome = self.change(entry, edit).await;
        if outcome.is_err() || !is_used {
            self.discard(&entry.name, &code);
        }
        outcome
    }

    async fn unpack(&self, name: &str, archive: Vec<u8>) -> Result<CodeRecord, Fault> {
        let (store, name) = (Arc::clone(&self.store), name.to_owned());
        Ok(on_a_thread(move || store.unpack(&name, &archive)).await?)
    }

    /// Removes code that nothing was made of.
    fn discard(&self, name: &str, code: &CodeRecord) {
        Code::at(self.store.code(name, code)).doom();
    }

    /// Serves a package where it lies, in place of what had its name. What is held and reserved for it stays.
    pub(super) async fn put_directory(
        &self,
        path: PathBuf,
        version: Version,
        function: Function,
        name: &str,
    ) -> Result<(), Error> {
        let code = Arc::new(Code::at(path.clone()));
        let live = Arc::new(Live::of(name, Which::Latest, &version, function, code));
        live.id(&self.host).await?;
        let lives = BTreeMap::from([(Which::Latest, live)]);
        let source = Source::Directory(path);
        let entry = match self.find(name) {
            Ok(entry) if entry.source == source => {
                let _one = entry.changing.lock().await;
                let record = Record { latest: version, ..entry.state().record.clone() };
                self.swap(&entry, State { record, lives });
                Arc::clone(&entry)
            }
            found => {
                if let Ok(other) = found {
                    tracing::warn!(function = name, "a package takes the place of a function of its name");
                    self.let_go(&other);
                }
                if let Some(renamed) = self.all().into_iter().find(|entry| entry.source == source) {
                    self.let_go(&renamed);
                }
                self.insert(Entry::new(source, State { record: Record::new(name.to_owned(), version), lives }))
            }
        };
        self.hold(&entry).await;
        Ok(())
    }

    /// Changes a function's record, and what follows from it; what `edit` gives. Nothing has changed where it fails.
    pub(super) async fn change<T>(
        &self,
        entry: &Arc<Entry>,
        edit: impl FnOnce(&mut Record) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let _one = entry.changing.lock().await;
        // It may have been deleted while this waited.
        if !Arc::ptr_eq(&self.find(&entry.name)?, entry) {
            return Err(record::not_found(&entry.name, None));
        }
        let before = entry.state();
        let mut record = before.record.clone();
        let told = edit(&mut record)?;
        let lives = match entry.source {
            Source::Stored => self.lives(&record, &before),
            Source::Directory(_) => before.lives.clone(),
        };
        let state = State { record, lives };
        if let Err(fault) = self.prepare(entry, &before, &state).await {
            before.replaced_of(&state).for_each(|live| self.end(live));
            return Err(fault);
        }
        self.swap(entry, state);
        self.hold(entry).await;
        Ok(told)
    }

    /// Does what may fail of a change.
    async fn prepare(&self, entry: &Entry, before: &State, state: &State) -> Result<(), Fault> {
        let latest = state.live(Which::Latest)?;
        if !before.live(Which::Latest).is_ok_and(|before| Arc::ptr_eq(before, latest)) {
            latest.id(&self.host).await?;
        }
        self.limits.reserve(&entry.share, state.record.reserved.map(widened))?;
        if entry.source == Source::Stored && state.record != before.record {
            self.keep(state.record.clone()).await.inspect_err(|_| {
                // It was there before.
                let _ = self.limits.reserve(&entry.share, before.record.reserved.map(widened));
            })?;
        }
        Ok(())
    }

    /// Deletes a function and all its versions. Requests in flight go on.
    pub(super) async fn remove(&self, entry: &Arc<Entry>) -> Result<(), Fault> {
        entry.check_stored()?;
        let _one = entry.changing.lock().await;
        let (store, name) = (Arc::clone(&self.store), entry.name.clone());
        on_a_thread(move || store.forget(&name)).await?;
        self.let_go(entry);
        entry.state().lives.values().for_each(|live| live.code().doom());
        Ok(())
    }

    /// Takes a function out of service, and what is reserved for it back. Requests in flight go on.
    fn let_go(&self, entry: &Arc<Entry>) {
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        if entries.get(&entry.name).is_some_and(|current| Arc::ptr_eq(current, entry)) {
            entries.remove(&entry.name);
        }
        drop(entries);
        // Nothing is reserved in its place; that cannot fail.
        let _ = self.limits.reserve(&entry.share, None);
        entry.state().lives.values().for_each(|live| self.end(live));
    }

    /// Lets a new state serve, and ends what only the one before had.
    fn swap(&self, entry: &Entry, state: State) {
        let before = entry.replace(state);
        let after = entry.state();
        after.replaced_of(&before).for_each(|live| self.end(live));
        if entry.source == Source::Stored {
            after.unused_of(&before).for_each(|code| code.doom());
        }
    }

    /// Has the host hold what is provisioned of functions that were kept.
    pub(super) async fn hold_all(&self) {
        for entry in self.all() {
            let _one = entry.changing.lock().await;
            self.hold(&entry).await;
        }
    }

    /// Has the host take snapshots of versions that are to have one; nobody waits for them.
    fn snap(&self, entry: &Entry) {
        let state = entry.state();
        let is_directory = entry.source != Source::Stored && state.record.latest.snap_start;
        let wanted = state.record.snap_started().chain(is_directory.then_some(Which::Latest));
        for which in wanted {
            let Ok(live) = state.live(which).cloned() else { continue };
            let (host, function) = (Arc::clone(&self.host), entry.name.clone());
            let one_at_a_time = Arc::clone(&self.snapping);
            tokio::spawn(async move {
                let _one = one_at_a_time.lock().await;
                if let Err(error) = live.snapshot(&host).await {
                    tracing::warn!(function, version = %which, "it has no snapshot, instances start cold: {error}");
                }
            });
        }
    }

    /// Has the host hold what is provisioned, and no more, and have the snapshots ready that are wanted.
    async fn hold(&self, entry: &Entry) {
        self.snap(entry);
        let state = entry.state();
        let held = state.record.held();
        for (which, live) in &state.lives {
            let wanted = held.get(which).copied().unwrap_or(0);
            let outcome = match (wanted, live.known()) {
                (0, None) => continue,
                (_, Some(id)) => self.host.hold(id, wanted),
                (_, None) => live.id(&self.host).await.and_then(|id| self.host.hold(id, wanted)),
            };
            if let Err(error) = outcome {
                tracing::warn!(function = entry.name, version = %which, "its instances are not held: {error}");
            }
        }
    }

    /// The versions of a record, those that run as before taken over.
    fn lives(&self, record: &Record, before: &State) -> BTreeMap<Which, Arc<Live>> {
        let mut codes: BTreeMap<&str, Arc<Code>> = BTreeMap::new();
        for (which, version) in before.record.versions() {
            if let Some(live) = before.lives.get(&which) {
                codes.insert(&version.code.directory, Arc::clone(live.code()));
            }
        }
        let mut lives = BTreeMap::new();
        for (which, version) in record.versions() {
            let kept =
                before.lives.get(&which).filter(|_| before.record.version(which).is_ok_and(|it| it.runs_as(version)));
            let live = kept.cloned().unwrap_or_else(|| {
                let code = codes.entry(&version.code.directory);
                let code = code.or_insert_with(|| Arc::new(Code::at(self.store.code(&record.name, &version.code))));
                Arc::new(Live::stored(&record.name, which, version, Arc::clone(code)))
            });
            lives.insert(which, live);
        }
        lives
    }

    async fn keep(&self, record: Record) -> Result<(), Fault> {
        let store = Arc::clone(&self.store);
        Ok(on_a_thread(move || store.write(&record)).await?)
    }

    fn end(&self, live: &Live) {
        live.end(&self.host);
    }
}

fn widened(count: u32) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}
