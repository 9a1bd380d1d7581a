//! Whether a function may begin as the child of a zygote.

use super::ground::Ground;
use super::search::SearchPath;
use super::stamp::{Stamps, is_same};
use crate::bootstrap::message::LoadedModule;
use crate::instance::Plan;
use std::path::{Path, PathBuf};

/// Stands for all environment variables.
const ALL: &str = "*";

/// What was found out about a function and a zygote, and for which state of the function's directories.
#[derive(Debug, Clone)]
pub(super) struct Verdict {
    /// Why not; nothing where it may.
    pub(super) why_not: Option<String>,
    stamps: Stamps,
}

impl Verdict {
    /// Looks into the function's directories.
    pub(super) fn on(plan: &Plan, ground: &Ground) -> Self {
        let (own, path) = search_path(plan, ground);
        let stamps = Stamps::of(&path);
        Self { why_not: conflict(plan, ground, own, path), stamps }
    }

    /// Whether the directories are as they were.
    pub(super) fn is_current(&self) -> bool {
        self.stamps.are_current()
    }
}

/// The directories that are the function's, and the whole path.
fn search_path(plan: &Plan, ground: &Ground) -> (Vec<PathBuf>, Vec<PathBuf>) {
    let mut own = vec![plan.package.clone()];
    let python_path = plan.environment.get("PYTHONPATH").map_or("", String::as_str);
    own.extend(python_path.split(':').filter(|entry| !entry.is_empty()).map(PathBuf::from));
    let path = own.iter().cloned().chain(ground.own_path()).collect();
    (own, path)
}

fn conflict(plan: &Plan, ground: &Ground, own: Vec<PathBuf>, path: Vec<PathBuf>) -> Option<String> {
    if let Some(relative) = own.iter().find(|directory| directory.is_relative()) {
        return Some(format!("its search path leads to {}, which is relative", relative.display()));
    }
    if let Some(missing) = ground.paths.iter().find(|it| !own.iter().any(|own| is_same(own, it))) {
        return Some(format!("{} is not on its search path", missing.display()));
    }
    let version = &plan.interpreter.version;
    let searched = SearchPath::new(own, version).and_then(|own| Ok((own, SearchPath::new(path, version)?)));
    let (own, path) = match searched {
        Ok(searched) => searched,
        Err(archive) => return Some(format!("its search path leads to {}, which is no directory", archive.display())),
    };
    metadata(ground, &own)
        .or_else(|| ground.loaded.modules.iter().find_map(|module| elsewhere(module, &own, &path)))
        .or_else(|| environment(plan, ground))
}

/// What looks through all distributions would have found more.
fn metadata(ground: &Ground, own: &SearchPath) -> Option<String> {
    let is_foreign = |directory: &&Path| !ground.paths.iter().any(|known| is_same(known, directory));
    let foreign = own.with_metadata().find(is_foreign).filter(|_| ground.reads_metadata())?;
    Some(format!(
        "what was imported may have looked for distributions, and has not seen those in {}",
        foreign.display()
    ))
}

/// Whether the function would find a module somewhere else.
fn elsewhere(module: &LoadedModule, own: &SearchPath, path: &SearchPath) -> Option<String> {
    if module.name.contains('.') {
        // Found by its package.
        return None;
    }
    // What comes from no file is made by other modules, or by the interpreter: nothing may stand in its way.
    let found = if module.places.is_empty() { own.places(&module.name) } else { path.places(&module.name) };
    let is_the_same = found.len() == module.places.len()
        && found.iter().zip(&module.places).all(|(found, place)| is_same(found, Path::new(place)));
    let where_to = found.first().map_or_else(|| "nowhere".to_owned(), |found| found.display().to_string());
    (!is_the_same).then(|| format!("its module {} is another one: {where_to}", module.name))
}

/// Whether a variable that was looked at has another value.
fn environment(plan: &Plan, ground: &Ground) -> Option<String> {
    let (here, there) = (&plan.environment, &ground.environment);
    let names = here.keys().chain(there.keys()).filter(|name| here.get(*name) != there.get(*name));
    // Where modules are found is compared by itself.
    let mut names = names.filter(|name| *name != "PYTHONPATH");
    let read = &ground.loaded.environment;
    let is_read = |name: &&String| read.contains(name) || read.iter().any(|it| it == ALL) || ground.literals.name(name);
    names.find(is_read).map(|name| format!("the environment variable {name} has another value"))
}

#[cfg(test)]
mod tests;
