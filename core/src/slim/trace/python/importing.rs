//! What import statements bring in: modules, the packages around them, their lazy attributes.

use super::facts::{Facts, Import, UnneededImport};
use super::function::{MOST_SOURCE, Tracer, decode};
use super::read;
use super::resolve::absolute;
use super::search::Module;
use crate::package::FileId;
use crate::slim::trace::{Reason, Why};
use crate::slim::{Finding, Rule};
use std::rc::Rc;

impl Tracer<'_> {
    pub(super) fn import(&mut self, file: FileId, module: &Rc<Module>, import: &Import) {
        let reason = Reason::from(Why::Import, file, Some(import.line));
        let Some(name) = absolute(&import.module, module) else { return };
        match self.import_named(&name, reason) {
            Some(found) => {
                for name in &import.names {
                    self.attributes(&found, std::slice::from_ref(name), reason);
                }
            }
            None if !import.is_guarded => self.missing(file, &name, import.line),
            None => {}
        }
    }

    /// Reaches a module with the packages around it, as far as they exist; the module itself, where it does.
    pub(super) fn import_named(&mut self, name: &str, reason: Reason) -> Option<Rc<Module>> {
        let mut whole = None;
        for end in name.match_indices('.').map(|(at, _)| at).chain([name.len()]) {
            let module = self.search.module(&name[..end])?;
            let why = if end == name.len() { reason.why } else { Why::Parent };
            self.reach_module(&module, Reason { why, ..reason });
            whole = Some(module);
        }
        whole
    }

    /// Names below a module: submodules, or attributes that it makes when they are first read.
    pub(super) fn attributes_of_named(&mut self, name: &str, names: &[String], reason: Reason) {
        if let Some(module) = self.search.module(name) {
            return self.attributes(&module, names, reason);
        }
        // `from pkg import thing` and then `thing.x`: an attribute of an attribute.
        if let Some((parent, attribute)) = name.rsplit_once('.')
            && let Some(parent) = self.search.module(parent)
        {
            self.attributes(&parent, &[attribute.to_owned()], reason);
        }
    }

    pub(super) fn attributes(&mut self, module: &Rc<Module>, names: &[String], reason: Reason) {
        let Some((first, rest)) = names.split_first() else { return };
        if first == "*" {
            return self.star(module, reason);
        }
        if module.is_package()
            && let Some(child) = self.search.module(&format!("{}.{first}", module.name))
        {
            self.reach_module(&child, reason);
            return self.attributes(&child, rest, reason);
        }
        let Some(file) = module.file else { return };
        match self.facts.get(&file).cloned() {
            Some(facts) => self.lazy(module, &facts, first, reason),
            None => self.waiting.entry(file).or_default().push((names.to_vec(), reason)),
        }
    }

    pub(super) fn star(&mut self, module: &Rc<Module>, reason: Reason) {
        let Some(file) = module.file else { return };
        match self.facts.get(&file).cloned() {
            Some(facts) => {
                for name in &facts.exports {
                    self.attributes(module, std::slice::from_ref(name), reason);
                }
            }
            None => self.waiting.entry(file).or_default().push((vec!["*".to_owned()], reason)),
        }
    }

    pub(super) fn lazy(&mut self, module: &Rc<Module>, facts: &Facts, name: &str, reason: Reason) {
        for (_, target) in facts.lazy.iter().filter(|(lazy, _)| lazy == name) {
            if let Some(target) = absolute(target, module)
                && self.search.module(&target).is_some()
            {
                self.import_named(&target, reason);
            }
        }
    }

    /// The stub beside a source whose attributes are lazy: read when it runs, and what it imports is what they are.
    pub(super) fn read_stub(&mut self, file: FileId, facts: &mut Facts) {
        let stub = self.package.tree().absolute(file).with_extension("pyi");
        let Some(stub) = self.package.tree().find(&stub) else { return };
        self.reached.add(stub, Reason::from(Why::Asset, file, None));
        let Ok(bytes) = self.package.tree().read(stub, MOST_SOURCE) else { return };
        let (version, tops) = (self.version, &self.tops);
        let told = self.threads.install(|| read::read(&decode(bytes), version, &|name| tops.contains(name)));
        for import in told.imports {
            for name in import.names {
                let module =
                    if import.module.path.is_empty() { import.module.child(&name) } else { import.module.clone() };
                facts.lazy.push((name, module));
            }
        }
    }

    pub(super) fn missing(&mut self, file: FileId, name: &str, line: u32) {
        let top = name.split('.').next().unwrap_or(name);
        // Other people's optional imports are guarded in more ways than can be seen.
        if self.package.owner(file).is_none() && !super::standard::has(top) {
            let message = format!("no module named {name:?} is in the package");
            self.reached.find(Finding::new(Rule::MissingImport, message).at(file, Some(line)));
        }
    }

    /// The function's own imports of distributions that it does not use, or not at once. What an `__init__.py`
    /// imports is there for others.
    pub(super) fn unneeded(&mut self, file: FileId, module: &Rc<Module>, facts: &Facts) {
        if self.package.owner(file).is_some() || module.is_package() {
            return;
        }
        let unused = facts.unused.iter().map(|it| (Rule::UnusedImport, "is imported and never used by its name", it));
        let late = facts.late.iter().map(|it| (Rule::LateImport, "is used only inside of functions", it));
        for (rule, what, import) in unused.chain(late) {
            if let Some((name, target)) = self.imported(module, import)
                && self.package.owner(target).is_some()
            {
                self.reached.find(Finding::new(rule, format!("{name} {what}")).at(file, Some(import.line)));
            }
        }
    }

    /// The module that an import names, and its file: what is taken from a package may be a module of it.
    fn imported(&mut self, module: &Module, import: &UnneededImport) -> Option<(String, FileId)> {
        let child = import.attribute.as_ref().map(|name| import.module.child(name));
        child.iter().chain([&import.module]).find_map(|name| {
            let name = absolute(name, module)?;
            let file = self.search.module(&name)?.file?;
            Some((name, file))
        })
    }
}
