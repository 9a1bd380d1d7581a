//! What computed imports may mean, and what entry points bring in.

use super::facts::{Facts, ModuleName};
use super::function::Tracer;
use super::pattern::Pattern;
use super::resolve::absolute;
use super::search::Module;
use crate::package::FileId;
use crate::slim::trace::{Reason, Why};
use crate::slim::{Finding, Rule};
use std::rc::Rc;

impl Tracer<'_> {
    pub(super) fn dynamic(&mut self, file: FileId, module: &Rc<Module>, facts: &Facts) {
        for constant in &facts.constants {
            self.dotted_constant(constant, Reason::from(Why::Dynamic, file, None));
        }
        for import in &facts.dynamic {
            let reason = Reason::from(Why::Dynamic, file, Some(import.line));
            if !self.computed(module, &import.name, reason) {
                let message = "the name of an imported module is computed";
                self.reached.find(Finding::new(Rule::DynamicImport, message).at(file, Some(import.line)));
            }
        }
    }

    /// Reaches all modules that a partly known name may mean; whether enough of it is known.
    fn computed(&mut self, module: &Rc<Module>, name: &Pattern, reason: Reason) -> bool {
        let prefix = name.prefix();
        let known = prefix.trim_start_matches('.');
        let level = prefix.len() - known.len();
        let package = known.rsplit_once('.').map_or("", |(package, _)| package);
        if level == 0 && package.is_empty() {
            return self.computed_top(name, reason);
        }
        let base = if level > 0 {
            let level = u32::try_from(level).unwrap_or(u32::MAX);
            absolute(&ModuleName { level, path: package.to_owned() }, module)
        } else {
            Some(package.to_owned())
        };
        let Some(base) = base.and_then(|base| self.import_named(&base, reason)) else { return true };
        let written = &prefix[..prefix.rfind('.').map_or(0, |at| at + 1)];
        for child in self.search.children(&base).iter() {
            if name.matches(&format!("{written}{child}")) {
                self.import_named(&format!("{}.{child}", base.name), reason);
            }
        }
        true
    }

    /// Of a name outside of any package at least the beginning must be known.
    fn computed_top(&mut self, name: &Pattern, reason: Reason) -> bool {
        let mut found: Vec<_> =
            self.tops.iter().filter(|top| !name.prefix().is_empty() && name.matches(top)).cloned().collect();
        found.sort_unstable();
        for top in &found {
            self.import_named(top, reason);
        }
        !found.is_empty()
    }

    /// Text that is the name of a module, or of something in one.
    pub(super) fn dotted_constant(&mut self, text: &str, reason: Reason) {
        let mut name = text;
        while let Some((parent, _)) = name.rsplit_once('.') {
            if let Some(module) = self.search.module(name) {
                if module.file.is_some() {
                    self.import_named(name, reason);
                }
                return;
            }
            name = parent;
        }
    }

    pub(super) fn plugins(&mut self, group: Option<&str>, reason: Reason) {
        let wanted: Vec<String> = self
            .entry_points
            .iter()
            .filter(|point| group.is_none_or(|group| point.group == group))
            .map(|point| point.module.clone())
            .collect();
        for module in wanted {
            self.import_named(&module, reason);
        }
    }
}
