//! What a profile says of a function, as far as other functions could share it.

use crate::trial::{ModuleProfile, Phase, Profile};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// What the interpreter's own modules are called.
pub(super) const STANDARD: &str = "the standard library";

/// A module of a certain file.
pub(super) type Key = (String, PathBuf);

/// A function that was profiled.
#[derive(Debug, Clone)]
pub(super) struct Measured {
    pub(super) name: String,
    pub(super) package: PathBuf,
    pub(super) entry: String,
    pub(super) calls: u64,
    /// Where its modules are looked for, beside the interpreter's own directories.
    pub(super) paths: Vec<PathBuf>,
    /// Importing it, without the profiler.
    pub(super) init_us: u64,
    /// What its start loads that is not its own code, in the order in which it was begun.
    pub(super) modules: Vec<Loaded>,
}

/// One module that a start loaded.
#[derive(Debug, Clone)]
pub(super) struct Loaded {
    pub(super) key: Key,
    /// The distribution, for people.
    pub(super) label: String,
    /// The nearest module above that could be shared, by its place.
    pub(super) parent: Option<usize>,
    /// Whether it loads the function's own code, so that it cannot be shared.
    pub(super) loads_own: bool,
    pub(super) self_us: u64,
    pub(super) self_bytes: i64,
}

impl Measured {
    /// The modules of a profile. The function's own code is what lies in its package and is of no distribution.
    pub(super) fn modules(profile: &Profile, package: &Path, paths: &[PathBuf]) -> Vec<Loaded> {
        let is_own = |file: &Path, it: &ModuleProfile| {
            let is_shared = paths.iter().any(|path| path != package && file.starts_with(path));
            it.distribution.is_none() && file.starts_with(package) && !is_shared
        };
        let mut places = HashMap::new();
        let mut loaded: Vec<Loaded> = Vec::new();
        for (at, module) in profile.modules.iter().enumerate() {
            let above = |places: &HashMap<usize, usize>| {
                let mut above = module.parent;
                while let Some(parent) = above.filter(|parent| !places.contains_key(parent)) {
                    above = profile.modules[parent].parent;
                }
                above.map(|parent| places[&parent])
            };
            let is_loaded = module.phase == Phase::Init && !module.failed;
            // What is built in has no file, or a word in its place.
            let Some(file) = module.file.as_deref().filter(|file| is_loaded && file.is_absolute()) else { continue };
            let parent = above(&places);
            if is_own(file, module) {
                mark(&mut loaded, parent);
                continue;
            }
            places.insert(at, loaded.len());
            loaded.push(Loaded {
                key: (module.name.clone(), file.canonicalize().unwrap_or_else(|_| file.to_owned())),
                label: label(module, file),
                parent,
                loads_own: false,
                self_us: scaled(module.self_us, profile),
                self_bytes: module.self_bytes,
            });
        }
        loaded
    }

    /// Microseconds of what could be shared.
    pub(super) fn shared_us(&self) -> u64 {
        self.modules.iter().map(|module| module.self_us).sum()
    }

    /// Bytes of what could be shared.
    pub(super) fn shared_bytes(&self) -> u64 {
        let sum: i64 = self.modules.iter().map(|module| module.self_bytes).sum();
        u64::try_from(sum).unwrap_or(0)
    }
}

/// What was loaded above the function's own code cannot be shared.
fn mark(loaded: &mut [Loaded], mut above: Option<usize>) {
    while let Some(at) = above {
        loaded[at].loads_own = true;
        above = loaded[at].parent;
    }
}

/// Without what the profiler costs.
fn scaled(us: u64, profile: &Profile) -> u64 {
    let plain = profile.plain_init_us.min(profile.init_us);
    let scaled = u128::from(us) * u128::from(plain) / u128::from(profile.init_us.max(1));
    u64::try_from(scaled).unwrap_or(us)
}

fn label(module: &ModuleProfile, file: &Path) -> String {
    let is_standard = |path: &Path| {
        let text = path.to_string_lossy();
        text.contains("/lib/python3") && !text.contains("/site-packages/") && !text.contains("/dist-packages/")
    };
    match &module.distribution {
        Some(distribution) => distribution.clone(),
        None if is_standard(file) => STANDARD.to_owned(),
        None => module.name.split('.').next().unwrap_or_default().to_owned(),
    }
}
