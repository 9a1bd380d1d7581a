//! From a package and its trace to a slimmed package.

use super::options::{ColdPlace, SlimOptions};
use super::place::{self, Move};
use super::progress::Progress;
use super::stage::{self, Stage, failed};
use super::stripped::{self, Stripped};
use super::{bytecode, copy, manifest, own, placeholder, record, shim, zipped};
use crate::error::Result;
use crate::package::{FileId, Language, Package, Tree};
use crate::slim::cold::{Codec, ColdWriter};
use crate::slim::plan::{Decision, OWN_DIRECTORY, Plan, in_metadata};
use crate::slim::strip::loading::Loader;
use crate::slim::trace::Trace;
use crate::slim::{Finding, Rule};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The cold archive's name in our own directory.
const COLD: &str = "cold";

/// What slimming came to.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Slimmed {
    /// Where the slimmed package is.
    pub out: PathBuf,
    /// Where the cold archive is; `None` where there is none.
    pub cold: Option<PathBuf>,
    /// Bytes of the package before.
    pub before_bytes: u64,
    /// Bytes of the slimmed package, the cold archive within included; of a zip archive, of what it unpacks to.
    pub after_bytes: u64,
    /// Bytes of the archive, where the output is one.
    pub zip_bytes: Option<u64>,
    /// Bytes of the cold archive.
    pub cold_bytes: u64,
    /// Files of the slimmed package.
    pub files: usize,
    /// Files in the cold archive.
    pub cold_files: usize,
    /// Shared objects that were stripped.
    pub stripped_files: usize,
    /// By how many bytes they are smaller, together.
    pub stripped_bytes: u64,
    /// What became of each file in the end: a source without bytecode is kept, whatever was planned.
    pub plan: Plan,
    /// What was noticed.
    pub findings: Vec<Finding>,
}

/// Writes the part of `package` that `plan` keeps to `options.out`.
///
/// The output appears whole, with its cold archive, or not at all; what stood in their places stays until then.
///
/// Fails with `package.output_inside`, `package.output_exists`, `system.io`, and with `host.stopped` where `progress`
/// cancels it.
pub fn slim(
    package: &Package,
    trace: &Trace,
    plan: &Plan,
    options: &SlimOptions,
    codec: Codec,
    progress: &dyn Progress,
) -> Result<Slimmed> {
    let stage = Stage::open(package, &options.out, options.force)?;
    if options.cold == ColdPlace::Beside {
        stage.beside(options.force)?;
    }
    // A directory of its own, so that what is made besides does not get into the package.
    let content = stage.path().join("content");
    std::fs::create_dir(&content).map_err(|error| failed(&error))?;
    let mut plan = plan.clone();
    if !options.may_spare_sources() {
        plan.keep_sources(package.tree().iter().map(|(file, _)| file));
    }
    let mut slimming = Slimming { package, trace, plan, options, codec, progress, stage: &stage, content: &content };
    let mut slimmed = slimming.fill()?;
    slimming.measure(&mut slimmed)?;
    slimming.put(&mut slimmed)?;
    Ok(slimmed)
}

struct Slimming<'a> {
    package: &'a Package,
    trace: &'a Trace,
    plan: Plan,
    options: &'a SlimOptions,
    codec: Codec,
    progress: &'a dyn Progress,
    stage: &'a Stage,
    content: &'a Path,
}

impl Slimming<'_> {
    fn fill(&mut self) -> Result<Slimmed> {
        let kept = self.plan.all_of(self.package, &[Decision::Keep, Decision::Compiled]);
        copy::keep(self.package, &kept, self.content, self.progress)?;
        let is_python = self.package.runtime().language() == Language::Python;
        let mut findings = if is_python { self.compile(&kept)? } else { Vec::new() };
        let stripped = self.strip(&kept, &mut findings)?;
        let compiled = self.plan.all_of(self.package, &[Decision::Compiled]);
        placeholder::write(self.package, &compiled, self.content)?;
        let mut slimmed = Slimmed {
            out: self.stage.out().to_owned(),
            cold: None,
            before_bytes: self.package.tree().files().iter().map(|file| file.size).sum(),
            after_bytes: 0,
            zip_bytes: None,
            cold_bytes: 0,
            files: 0,
            cold_files: 0,
            stripped_bytes: stripped.saved,
            stripped_files: stripped.files.len(),
            plan: self.plan.clone(),
            findings,
        };
        self.write_own(&mut slimmed)?;
        slimmed.findings.extend(self.kept_whole());
        if is_python {
            self.compile_shim()?;
            self.rewrite_records()?;
        }
        Ok(slimmed)
    }

    /// Strips objects, where that is asked for; what came in the way is told.
    fn strip(&mut self, kept: &[FileId], findings: &mut Vec<Finding>) -> Result<Stripped> {
        if !self.options.strip {
            return Ok(Stripped::default());
        }
        let language = self.package.runtime().language();
        let Some(interpreter) = self.options.interpreter.as_deref().filter(|_| language != Language::Native) else {
            let message = "nothing is stripped, for there is no interpreter to load it afterwards";
            findings.push(Finding::new(Rule::DebugSymbols, message));
            return Ok(Stripped::default());
        };
        let stripped =
            stripped::strip(self.package, kept, self.content, Loader { language, interpreter }, self.progress)?;
        self.plan.strip(&stripped.files);
        for file in &stripped.put_back {
            let message = "it cannot be loaded once it is stripped, and was put back";
            findings.push(Finding::new(Rule::DebugSymbols, message).at(*file, None));
        }
        Ok(stripped)
    }

    /// That there was nothing to take out of a native package, which is the rule.
    fn kept_whole(&self) -> Option<Finding> {
        let is_native = self.package.runtime().language() == Language::Native;
        let left_out = self.plan.files(self.package, Decision::LeaveOut).count();
        let text = "every file was copied as it is; only `strip` and another build make the binary smaller";
        (is_native && left_out == 0).then(|| Finding::new(Rule::KeptWhole, text))
    }

    /// Our own directory: the manifest, and with a cold archive what leads to it.
    fn write_own(&self, slimmed: &mut Slimmed) -> Result<()> {
        let function = self.content.join(own::function_directory(self.package));
        let own = function.join(OWN_DIRECTORY);
        std::fs::create_dir_all(&own).map_err(|error| failed(&error))?;
        let archive = self.pack()?;
        if !archive.is_empty() {
            slimmed.cold_files = archive.len();
            let place = match self.options.cold {
                ColdPlace::Beside => self.stage.path().join(COLD),
                _ => own.join(COLD),
            };
            slimmed.cold_bytes = archive.finish(&place)?;
            slimmed.cold = Some(place);
            for (name, text) in own::marks(self.package, self.trace, &self.plan) {
                std::fs::write(own.join(name), text).map_err(|error| failed(&error).with("file", name))?;
            }
            shim::write(self.package, &function)?;
        }
        manifest::write(&own.join(manifest::NAME), self.package, self.trace, &self.plan, self.options)
    }

    fn pack(&self) -> Result<ColdWriter> {
        let mut archive = ColdWriter::new(self.codec, self.stage.path())?;
        if self.options.cold != ColdPlace::Drop {
            let cold = self.plan.all_of(self.package, &[Decision::Cold, Decision::Compiled]);
            copy::pack(self.package, &cold, &mut archive, self.progress)?;
        }
        Ok(archive)
    }

    /// Compiles the sources among `kept`; those that do not compile are kept whatever was planned, and told.
    fn compile(&mut self, kept: &[FileId]) -> Result<Vec<Finding>> {
        let places = kept.iter().filter_map(|file| Some((copy::place(self.package, *file)?, *file)));
        let sources: BTreeMap<PathBuf, FileId> = places.filter(|(path, _)| is_source(path)).collect();
        let mut findings = Vec::new();
        for uncompiled in self.compiled(&sources.keys().cloned().collect::<Vec<_>>())? {
            self.plan.keep_sources(sources.get(&uncompiled.file).copied());
            let message = format!("{} does not compile: {}", uncompiled.file.display(), uncompiled.message);
            findings.push(Finding::new(Rule::UnparsedSource, message));
        }
        Ok(findings)
    }

    fn compile_shim(&self) -> Result<()> {
        let places = shim::names(self.package).map(|name| own::function_directory(self.package).join(name));
        let sources = places.filter(|path| is_source(path) && self.content.join(path).is_file()).collect::<Vec<_>>();
        self.compiled(&sources).map(drop)
    }

    fn compiled(&self, sources: &[PathBuf]) -> Result<Vec<bytecode::Uncompiled>> {
        let Some(interpreter) = &self.options.interpreter else { return Ok(Vec::new()) };
        bytecode::compile(interpreter, self.content, sources, self.options.check, self.progress)
    }

    fn rewrite_records(&self) -> Result<()> {
        for file in self.plan.files(self.package, Decision::Renew) {
            let Some(path) = copy::place(self.package, file) else { continue };
            if !in_metadata(&path) {
                continue;
            }
            let text = record::rewrite(self.content, &path, &self.listed(file));
            let to = self.content.join(&path);
            std::fs::create_dir_all(to.parent().unwrap_or(&to))
                .and_then(|()| std::fs::write(&to, text))
                .map_err(|error| failed(&error).with("file", path.display()))?;
        }
        Ok(())
    }

    /// The files of the distribution whose RECORD this is, with the bytecode of its sources.
    fn listed(&self, record: FileId) -> Vec<PathBuf> {
        let Some(owner) = self.package.owner(record) else { return Vec::new() };
        let files = self.package.distribution(owner).files.iter();
        let mut listed: Vec<PathBuf> = files.filter_map(|file| copy::place(self.package, *file)).collect();
        let tag = self.package.version().map(|(major, minor)| format!("cpython-{major}{minor}")).unwrap_or_default();
        let bytecode = listed.iter().filter_map(|path| {
            let stem = path.file_stem()?.to_str().filter(|_| path.extension().is_some_and(|it| it == "py"))?;
            Some(path.parent()?.join(crate::package::bytecode::CACHE_DIRECTORY).join(format!("{stem}.{tag}.pyc")))
        });
        let bytecode: Vec<_> = bytecode.collect();
        listed.extend(bytecode);
        listed
    }

    fn measure(&self, slimmed: &mut Slimmed) -> Result<()> {
        let mut tree = Tree::default();
        tree.add_root(self.content, crate::package::RootRole::Code)?;
        slimmed.files = tree.files().len();
        slimmed.after_bytes = tree.files().iter().map(|file| file.size).sum();
        Ok(())
    }

    fn put(&self, slimmed: &mut Slimmed) -> Result<()> {
        let finished = self.finished(slimmed)?;
        let mut moves = Vec::new();
        if let Some(cold) = &mut slimmed.cold {
            let place = match self.options.cold {
                ColdPlace::Beside => self.stage.beside(self.options.force)?,
                _ => self.stage.out().join(own::function_directory(self.package)).join(OWN_DIRECTORY).join(COLD),
            };
            let from = std::mem::replace(cold, place.clone());
            // Without the package nobody looks for it; without it the package would lack files.
            if self.options.cold == ColdPlace::Beside {
                moves.push(Move { from, to: place });
            }
        }
        moves.push(Move { from: finished, to: self.stage.out().to_owned() });
        place::put(&moves, self.stage.path())
    }

    /// What takes the output's place: the directory, or an archive of it.
    fn finished(&self, slimmed: &mut Slimmed) -> Result<PathBuf> {
        if !self.options.is_zip() {
            stage::open_to_all(self.content).map_err(|error| failed(&error))?;
            return Ok(self.content.to_owned());
        }
        let archive = self.stage.path().join("archive");
        zipped::write(self.content, &archive, self.progress)?;
        slimmed.zip_bytes = archive.metadata().ok().map(|found| found.len());
        Ok(archive)
    }
}

fn is_source(path: &Path) -> bool {
    path.extension().is_some_and(|it| it == "py") && path.to_str().is_some()
}
