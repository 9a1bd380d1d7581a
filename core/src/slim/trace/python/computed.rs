//! What computed imports may mean, and what entry points bring in.

use super::facts::{Facts, ModuleName};
use super::function::Tracer;
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
            if import.name.is_any() {
                let message = "the name of an imported module is computed";
                self.reached.find(Finding::new(Rule::DynamicImport, message).at(file, Some(import.line)));
                continue;
            }
            let fixed = import.name.prefix().rsplit_once('.').map_or("", |(package, _)| package);
            let (level, known) = (import.name.prefix().len(), import.name.prefix().trim_start_matches('.'));
            let level = level - known.len();
            let base = if level > 0 {
                let path = fixed.trim_start_matches('.').to_owned();
                absolute(&ModuleName { level: u32::try_from(level).unwrap_or(u32::MAX), path }, module)
            } else {
                (!fixed.is_empty()).then(|| fixed.to_owned())
            };
            let Some(base) = base.and_then(|base| self.import_named(&base, reason)) else { continue };
            for child in self.search.children(&base) {
                let text = match level {
                    0 => format!("{}.{child}", base.name),
                    _ => format!(
                        "{}{}",
                        &import.name.prefix()[..import.name.prefix().rfind('.').map_or(0, |at| at + 1)],
                        child
                    ),
                };
                if import.name.matches(&text) {
                    self.import_named(&format!("{}.{child}", base.name), reason);
                }
            }
        }
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
