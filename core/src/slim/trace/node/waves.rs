//! Breadth first through the files of a package, each wave in parallel.

use super::follow::follow;
use super::followed::{Depth, Followed};
use super::imports::Imports;
use super::world::World;
use crate::package::{FileId, FileKind};
use crate::slim::trace::{Reached, Reason, Why};
use crate::slim::{Finding, Rule};
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use std::path::PathBuf;

/// More files of one package than this are not kept for one that could not be parsed.
const MOST_KEPT: usize = 20_000;

/// The files still to be followed, and what is known of those that were.
pub(super) struct Waves<'w, 'p> {
    world: &'w World<'p>,
    reached: &'w mut Reached,
    next: Vec<FileId>,
    /// How far each file is followed.
    depths: FxHashMap<FileId, Depth>,
    /// Files that something loads by `import` or `require`, which makes any of them a source.
    imported: FxHashSet<FileId>,
    /// What is wrong with files that only may run, until it turns out that they do.
    held: FxHashMap<FileId, Vec<Finding>>,
    names: Vec<(FileId, String, u32)>,
    weak_names: Vec<(FileId, String, u32)>,
    /// The packages that load modules by names which are not known; the function's own among them or not.
    computed: FxHashSet<PathBuf>,
    /// The packages that are kept whole.
    unclear: FxHashSet<PathBuf>,
    imports: Imports,
}

impl<'w, 'p> Waves<'w, 'p> {
    pub(super) fn new(world: &'w World<'p>, reached: &'w mut Reached) -> Self {
        Self {
            world,
            reached,
            next: Vec::new(),
            depths: FxHashMap::default(),
            imported: FxHashSet::default(),
            held: FxHashMap::default(),
            names: Vec::new(),
            weak_names: Vec::new(),
            computed: FxHashSet::default(),
            unclear: FxHashSet::default(),
            imports: Imports::default(),
        }
    }

    /// Notes that a file is reached, to be followed in the next wave.
    pub(super) fn reach(&mut self, file: FileId, reason: Reason, depth: Depth) {
        if self.world.tree.file(file).kind == FileKind::Special {
            return;
        }
        self.reached.add(file, reason);
        if matches!(reason.why, Why::Import | Why::Entry) {
            self.imported.insert(file);
        }
        if depth == Depth::Not || self.world.tree.file(file).kind != FileKind::Regular {
            return;
        }
        match self.depths.insert(file, depth) {
            None => self.next.push(file),
            Some(before) if before < depth => {
                for finding in self.held.remove(&file).unwrap_or_default() {
                    self.reached.find(finding);
                }
            }
            Some(before) => {
                self.depths.insert(file, before);
            }
        }
    }

    pub(super) fn has(&self, file: FileId) -> bool {
        self.reached.has(file)
    }

    /// Whether a file is followed because it runs, or may.
    pub(super) fn runs(&self, file: FileId) -> bool {
        self.depths.contains_key(&file)
    }

    /// Follows until nothing new is reached.
    pub(super) fn run(&mut self) {
        loop {
            while !self.next.is_empty() {
                let wave = std::mem::take(&mut self.next);
                let (world, imported) = (self.world, &self.imported);
                let one = |file: &FileId| follow(world, *file, imported.contains(file));
                let followed: Vec<_> = wave.par_iter().map(one).collect();
                for (file, followed) in wave.into_iter().zip(followed) {
                    self.merge(file, followed);
                }
            }
            self.reach_names();
            if self.next.is_empty() {
                self.world.add_addons(self);
            }
            if self.next.is_empty() {
                break;
            }
        }
        let runs = |file| self.depths.get(&file) == Some(&Depth::Runs);
        for finding in self.imports.findings(self.world.package, runs) {
            self.reached.find(finding);
        }
    }

    fn merge(&mut self, file: FileId, followed: Followed) {
        self.reached.count_parsed(usize::from(followed.is_parsed));
        if followed.is_computed {
            self.computed.insert(self.world.scope(&self.world.tree.absolute(file)));
        }
        if self.world.package.owner(file).is_none() {
            self.imports.add(file, &followed);
        }
        self.names.extend(followed.names.into_iter().map(|(name, line)| (file, name, line)));
        self.weak_names.extend(followed.weak_names.into_iter().map(|(name, line)| (file, name, line)));
        if followed.is_unclear {
            self.keep_package(file);
        }
        if self.depths.get(&file) == Some(&Depth::Runs) {
            for finding in followed.findings {
                self.reached.find(finding);
            }
        } else {
            self.held.insert(file, followed.findings);
        }
        for (other, reason, depth) in followed.reached {
            // What only may run makes nothing run for certain.
            let depth = depth.min(self.depths.get(&file).copied().unwrap_or(depth));
            self.reach(other, reason, depth);
        }
    }

    /// Keeps everything of the package that a file lies in, which is not understood.
    fn keep_package(&mut self, file: FileId) {
        let scope = self.world.scope(&self.world.tree.absolute(file));
        if !self.unclear.insert(scope.clone()) {
            return;
        }
        let (files, is_all) = self.world.below(&scope, MOST_KEPT);
        if !is_all {
            let message = "the package around it has more files than are kept";
            self.reached.find(Finding::new(Rule::DynamicImport, message).at(file, None));
        }
        for other in files {
            self.reach(other, Reason::from(Why::Unclear, file, None), Depth::MayRun);
        }
    }

    /// Whether names that stand in a source may be loaded: those of the function by any package that loads what it
    /// is told to, those of an installed package by that package itself. Either names only what it declares.
    fn may_load_names(&self, file: FileId) -> bool {
        let path = self.world.tree.absolute(file);
        (World::is_own(&path) && !self.computed.is_empty()) || self.computed.contains(&self.world.scope(&path))
    }

    /// Reaches the installed packages whose names stand as texts where they may be meant to be loaded.
    fn reach_names(&mut self) {
        let mut names = std::mem::take(&mut self.names);
        let weak = std::mem::take(&mut self.weak_names);
        let (likely, unlikely): (Vec<_>, Vec<_>) = weak.into_iter().partition(|(file, ..)| self.may_load_names(*file));
        names.extend(likely.into_iter().filter(|(_, name, _)| !self.world.is_reached(name, self.reached)));
        self.weak_names = unlikely;
        for (file, name, line) in names {
            if !self.world.declares(&self.world.tree.absolute(file), &name) {
                continue;
            }
            for (found, depth) in self.world.named(file, &name) {
                self.reach(found, Reason::from(Why::Dynamic, file, Some(line)), depth);
            }
        }
    }
}
