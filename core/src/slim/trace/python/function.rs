//! From the entry to every file: sources are parsed in parallel, and what they say is followed in the order in which
//! they were reached.

use super::compiled::NameFinder;
use super::facts::Facts;
use super::metadata::{self, EntryPoint};
use super::read;
use super::resolve::absolute;
use super::search::{Module, Search};
use crate::error::{Code, Error, Result};
use crate::package::{FileId, Package, text_of};
use crate::slim::trace::ordered::in_order;
use crate::slim::trace::{Reached, Reason, TraceOptions, Why};
use crate::slim::{Finding, Rule};
use rustc_hash::{FxHashMap, FxHashSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

/// The newest version that is known.
const NEWEST: (u32, u32) = (3, 14);
/// A source larger than this is not parsed; the largest in use have under a third of it.
pub(super) const MOST_SOURCE: u64 = 8 << 20;
/// What a parser's thread may use: nested sources recurse.
pub(super) const STACK: usize = 64 << 20;
/// Endings of files that hold pickled objects.
pub(super) const PICKLES: &[&str] = &["pkl", "pickle", "joblib", "skops"];

/// Follows the entry of a Python function.
pub(in crate::slim::trace) fn trace(
    package: &Package,
    options: &TraceOptions,
    seeds: &[(FileId, Reason)],
    reached: &mut Reached,
) -> Result<()> {
    let version = options.version_of(package, NEWEST);
    let mut search = Search::new(package.tree(), package.python_path(), version, options.target);
    let entry = package.need_entry()?;
    let name = entry.module().replace('/', ".");
    let module = search.module(&name).filter(|module| module.file.is_some()).ok_or_else(|| {
        Error::new(Code::EntryNotFound, "trace the function", format!("it has no module {name:?}"))
            .with("entry", entry)
            .with("package", package.source().display())
    })?;
    let threads = rayon::ThreadPoolBuilder::new().stack_size(STACK).build();
    let threads =
        threads.map_err(|error| Error::new(Code::SystemIo, "start the parsers", error.to_string()).caused_by(error))?;
    let tops = Arc::new(search.top_level().into_iter().collect());
    let names = NameFinder::new(&search);
    let mut tracer = Tracer {
        package,
        version,
        threads: &threads,
        search,
        names,
        tops,
        entry_points: metadata::entry_points(package),
        reached,
        modules: FxHashMap::default(),
        namespaces: FxHashSet::default(),
        facts: FxHashMap::default(),
        waiting: FxHashMap::default(),
        sources: Vec::new(),
        compiled: Vec::new(),
    };
    tracer.reach_module(&module, Reason::of(Why::Entry));
    for (file, reason) in seeds {
        tracer.reach(*file, *reason);
    }
    for name in &package.python_path().imports {
        tracer.import_named(name, Reason::of(Why::Plugin));
    }
    tracer.run();
    Ok(())
}

pub(super) struct Tracer<'a> {
    pub(super) package: &'a Package,
    pub(super) version: (u32, u32),
    /// Where sources are parsed: nested ones need more stack than the caller may have.
    pub(super) threads: &'a rayon::ThreadPool,
    pub(super) search: Search<'a>,
    pub(super) names: NameFinder,
    pub(super) tops: Arc<FxHashSet<String>>,
    pub(super) entry_points: Vec<EntryPoint>,
    pub(super) reached: &'a mut Reached,
    /// Under which name a file is a module.
    pub(super) modules: FxHashMap<FileId, Rc<Module>>,
    /// Directories of namespace packages that something was imported from.
    pub(super) namespaces: FxHashSet<PathBuf>,
    pub(super) facts: FxHashMap<FileId, Rc<Facts>>,
    /// Attributes that were read of modules whose facts are not known yet.
    pub(super) waiting: FxHashMap<FileId, Vec<(Vec<String>, Reason)>>,
    /// Sources to be parsed next.
    pub(super) sources: Vec<FileId>,
    /// Extension modules, other shared objects and pickles to be searched next.
    pub(super) compiled: Vec<FileId>,
}

impl Tracer<'_> {
    fn run(&mut self) {
        self.add_metadata();
        loop {
            self.parse();
            if !self.compiled.is_empty() {
                self.search_compiled();
            } else if !self.add_data() {
                break;
            }
        }
        self.add_bytecode();
    }

    fn parse(&mut self) {
        let sources = std::mem::take(&mut self.sources);
        let (tree, version, tops) = (self.package.tree(), self.version, Arc::clone(&self.tops));
        let read = |file: &FileId| {
            let bytes = tree.read(*file, MOST_SOURCE + 1).map_err(|error| error.to_string())?;
            if bytes.len() as u64 > MOST_SOURCE {
                return Err(format!("it is larger than {MOST_SOURCE} bytes"));
            }
            Ok(read::read(&decode(bytes), version, &|name| tops.contains(name)))
        };
        in_order(self.threads, sources, read, |file, facts| {
            self.reached.count_parsed(1);
            match facts {
                Ok(facts) => self.apply(file, facts),
                Err(message) => self.unparsed(file, Rule::UnreadableFile, message, None),
            }
            std::mem::take(&mut self.sources)
        });
    }

    fn apply(&mut self, file: FileId, mut facts: Facts) {
        if let Some((message, line)) = facts.error.take() {
            self.unparsed(file, Rule::UnparsedSource, message, Some(line));
        }
        let Some(module) = self.modules.get(&file).cloned() else { return };
        if facts.has_lazy_stub {
            self.read_stub(file, &mut facts);
        }
        let facts = Rc::new(facts);
        self.facts.insert(file, facts.clone());
        for import in &facts.imports {
            self.import(file, &module, import);
        }
        for (used, line) in &facts.attributes {
            if let Some(name) = absolute(&used.module, &module) {
                self.attributes_of_named(&name, &used.names, Reason::from(Why::Import, file, Some(*line)));
            }
        }
        self.unneeded(file, &module, &facts);
        self.dynamic(file, &module, &facts);
        for (path, line) in &facts.assets {
            self.asset(file, &module, path, Reason::from(Why::Asset, file, Some(*line)));
        }
        for (group, line) in &facts.groups {
            self.plugins(group.as_deref(), Reason::from(Why::Plugin, file, Some(*line)));
        }
        for (names, reason) in self.waiting.remove(&file).unwrap_or_default() {
            self.attributes(&module, &names, reason);
        }
    }

    /// A source that could not be read: what it needs is not known, so all that lies around it is kept.
    fn unparsed(&mut self, file: FileId, rule: Rule, message: String, line: Option<u32>) {
        self.reached.find(Finding::new(rule, message).at(file, line));
        let reason = Reason::from(Why::Unclear, file, line);
        let directory = self.package.tree().absolute(file);
        let directory = directory.parent().unwrap_or(Path::new("/"));
        if self.package.owner(file).is_some() && directory != self.package.directory() {
            for beside in self.package.tree().below(directory) {
                self.reach(beside, reason);
            }
        }
    }

    pub(super) fn reach_module(&mut self, module: &Rc<Module>, reason: Reason) {
        match module.file {
            Some(file) => {
                self.modules.entry(file).or_insert_with(|| module.clone());
                self.reach(file, reason);
            }
            None => self.namespaces.extend(module.directories.iter().cloned()),
        }
    }

    pub(super) fn reach(&mut self, file: FileId, reason: Reason) {
        if !self.reached.add(file, reason) {
            return;
        }
        let path = self.package.tree().absolute(file);
        let ending = path.extension().and_then(|it| it.to_str()).unwrap_or_default();
        if !self.modules.contains_key(&file)
            && reason.why.runs()
            && let Some(name) = self.search.name_of(&path)
            && let Some(module) = self.search.module(&name).filter(|module| module.file == Some(file))
        {
            self.modules.insert(file, module);
            // It runs, and with it the packages around it.
            if let Some((parent, _)) = name.rsplit_once('.') {
                self.import_named(parent, Reason { why: Why::Parent, ..reason });
            }
        }
        match ending {
            "py" if reason.why.runs() => self.sources.push(file),
            // Without its source, its bytes name what it imports as an extension module's do.
            "pyc" if reason.why.runs() && self.modules.contains_key(&file) => self.compiled.push(file),
            "py" | "pyc" => {}
            "so" => self.compiled.push(file),
            _ if path.to_string_lossy().contains(".so.") || PICKLES.contains(&ending) => self.compiled.push(file),
            _ => {}
        }
    }
}

/// A source's text. Sources in other encodings than UTF-8 are rare; their imports are ASCII all the same.
pub(super) fn decode(mut bytes: Vec<u8>) -> String {
    if bytes.starts_with(b"\xef\xbb\xbf") {
        bytes.drain(..3);
    }
    text_of(bytes)
}
