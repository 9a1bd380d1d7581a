//! Tracing a native function: what its binary needs to be loaded, and everything else that lies beside it.
//!
//! What the code opens by name cannot be told from it, so that only shared objects which the binary's process cannot
//! load, because they were built for another machine, are left out.

use super::{Reached, Reason, TraceOptions, Why};
use crate::error::{Code, Error, Result};
use crate::package::{Architecture, FileId, FileKind, Package, RootRole, elf};
use crate::slim::{Finding, Rule};
use std::path::{Path, PathBuf};

/// Follows the binary, the seeds and the objects beside to the shared objects that they need.
pub(crate) fn trace(
    package: &Package,
    options: &TraceOptions,
    seeds: &[(FileId, Reason)],
    reached: &mut Reached,
) -> Result<()> {
    let binary = find(package)?;
    let architecture = architecture(package, binary)?.unwrap_or(options.target.architecture);
    let mut tracer = Tracer { package, architecture, reached, left: Vec::new(), damaged: Vec::new() };
    tracer.reach(binary, Reason::of(Why::Entry));
    tracer.follow();
    for (file, reason) in seeds {
        tracer.reach(*file, *reason);
    }
    tracer.follow();
    tracer.keep_the_rest(binary);
    tracer.tell_damaged();
    Ok(())
}

/// The binary that the function consists of.
fn find(package: &Package) -> Result<FileId> {
    package.binary().ok_or_else(|| match package.entry() {
        Some(entry) => {
            let text = format!("it has no file {0}.so and no lib{0}.so", entry.module());
            Error::new(Code::EntryNotFound, "trace the function", text)
                .with("entry", entry)
                .with("package", package.source().display())
        }
        None => Error::new(Code::ConfigMissing, "trace the function", "nothing tells which file is the function")
            .with("package", package.source().display())
            .hint("pass --entry libNAME.handler, or name the built file itself"),
    })
}

/// What the binary was built for; `None` where `bootstrap` is a script.
fn architecture(package: &Package, binary: FileId) -> Result<Option<Architecture>> {
    let is_program = package.tree().file(binary).path.extension().is_none();
    if is_program && !begins_as_elf(package, binary) {
        return Ok(None);
    }
    elf::needed_by(package.tree(), binary).map(|needed| needed.architecture)
}

fn begins_as_elf(package: &Package, file: FileId) -> bool {
    package.tree().file(file).kind == FileKind::Regular
        && package.tree().read(file, 4).is_ok_and(|head| elf::is_elf(&head))
}

struct Tracer<'a> {
    package: &'a Package,
    architecture: Architecture,
    reached: &'a mut Reached,
    left: Vec<FileId>,
    damaged: Vec<(FileId, Error)>,
}

impl Tracer<'_> {
    fn reach(&mut self, file: FileId, reason: Reason) {
        if self.reached.add(file, reason) {
            self.left.push(file);
        }
    }

    /// Reaches what objects need that are reached.
    fn follow(&mut self) {
        while let Some(file) = self.left.pop() {
            if !begins_as_elf(self.package, file) {
                continue;
            }
            let path = self.package.tree().absolute(file);
            self.reached.count_parsed(1);
            match elf::needed_by(self.package.tree(), file) {
                Ok(needed) => {
                    let also = self.searched(&path);
                    for library in elf::resolve(self.package.tree(), &path, &needed, &also) {
                        self.reach(library, Reason::from(Why::Needed, file, None));
                    }
                }
                Err(error) => self.damaged.push((file, error)),
            }
        }
    }

    /// Where libraries are looked for besides an object's own search path: beside it, and where platforms point
    /// `LD_LIBRARY_PATH` to.
    fn searched(&self, object: &Path) -> Vec<PathBuf> {
        let function = self.package.directory();
        let layers = self.package.tree().roots().iter().filter(|root| root.role == RootRole::Layer);
        let beside = object.parent().map(Path::to_owned);
        let own = [function.to_owned(), function.join("lib")];
        beside.into_iter().chain(own).chain(layers.map(|root| root.path.join("lib"))).collect()
    }

    /// Objects that may be loaded by name, and everything that is not code.
    fn keep_the_rest(&mut self, binary: FileId) {
        let (objects, others): (Vec<_>, Vec<_>) =
            self.package.tree().iter().map(|(file, _)| file).partition(|file| begins_as_elf(self.package, *file));
        for file in objects {
            if !self.reached.has(file) && self.may_load(file) {
                self.reach(file, Reason::from(Why::Unclear, binary, None));
                self.follow();
            }
        }
        for file in others {
            if !self.reached.has(file) && self.package.tree().file(file).kind != FileKind::Special {
                self.reach(file, Reason::from(Why::Data, binary, None));
            }
        }
        self.left.clear();
    }

    /// Whether the process may load an object; of one that is damaged nothing says that it may not.
    fn may_load(&self, file: FileId) -> bool {
        let needed = elf::needed_by(self.package.tree(), file);
        needed.map_or(true, |needed| needed.architecture == Some(self.architecture) && !needed.is_foreign)
    }

    fn tell_damaged(&mut self) {
        for (file, error) in std::mem::take(&mut self.damaged) {
            self.reached.find(Finding::new(Rule::DamagedObject, error.message()).at(file, None));
        }
    }
}
