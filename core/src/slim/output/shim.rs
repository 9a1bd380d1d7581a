//! What lets a slimmed package find its cold files on platforms that do not run our launcher.

use super::stage::failed;
use crate::error::Result;
use crate::package::{Language, Package};
use std::path::Path;

/// The files of each language: name, and content.
const PYTHON: &[(&str, &str)] = &[
    ("headstart_cold/__init__.py", include_str!("../../../launchers/python/headstart_launcher/cold/__init__.py")),
    ("headstart_cold/archive.py", include_str!("../../../launchers/python/headstart_launcher/cold/archive.py")),
    ("headstart_cold/fallback.py", include_str!("../../../launchers/python/headstart_launcher/cold/fallback.py")),
    ("headstart_cold/finder.py", include_str!("../../../launchers/python/headstart_launcher/cold/finder.py")),
    ("headstart_cold/originals.py", include_str!("../../../launchers/python/headstart_launcher/cold/originals.py")),
    ("headstart_cold/overlay.py", include_str!("../../../launchers/python/headstart_launcher/cold/overlay.py")),
    ("headstart_cold/patched.py", include_str!("../../../launchers/python/headstart_launcher/cold/patched.py")),
    ("headstart_cold/sources.py", include_str!("../../../launchers/python/headstart_launcher/cold/sources.py")),
    ("headstart_shim.py", include_str!("../../../launchers/python/headstart_slim/shim.py")),
];
const NODE: &[(&str, &str)] = &[
    ("headstart_cold/index.cjs", include_str!("../../../launchers/node/lib/cold/index.cjs")),
    ("headstart_cold/archive.cjs", include_str!("../../../launchers/node/lib/cold/archive.cjs")),
    ("headstart_cold/fallback.cjs", include_str!("../../../launchers/node/lib/cold/fallback.cjs")),
    ("headstart_cold/files.cjs", include_str!("../../../launchers/node/lib/cold/files.cjs")),
    ("headstart_cold/hooks.mjs", include_str!("../../../launchers/node/lib/cold/hooks.mjs")),
    ("headstart_cold/modules.cjs", include_str!("../../../launchers/node/lib/cold/modules.cjs")),
    ("headstart_cold/originals.cjs", include_str!("../../../launchers/node/lib/cold/originals.cjs")),
    ("headstart_cold/overlay.cjs", include_str!("../../../launchers/node/lib/cold/overlay.cjs")),
    ("headstart_cold/own.cjs", include_str!("../../../launchers/node/lib/cold/own.cjs")),
    ("headstart_cold/replaced.cjs", include_str!("../../../launchers/node/lib/cold/replaced.cjs")),
    ("headstart_cold/started.cjs", include_str!("../../../launchers/node/lib/cold/started.cjs")),
    ("headstart_cold/starting.cjs", include_str!("../../../launchers/node/lib/cold/starting.cjs")),
    ("headstart_shim.cjs", include_str!("../../../launchers/node/slim/shim.cjs")),
];

fn files(package: &Package) -> &'static [(&'static str, &'static str)] {
    match package.runtime().language() {
        Language::Python => PYTHON,
        Language::Node => NODE,
        Language::Native => &[],
    }
}

/// The names of the shim's files.
pub(super) fn names(package: &Package) -> impl Iterator<Item = &'static str> {
    files(package).iter().map(|(name, _)| *name)
}

/// Writes the shim into the function's directory.
pub(super) fn write(package: &Package, directory: &Path) -> Result<()> {
    for (name, content) in files(package) {
        let path = directory.join(name);
        let made = std::fs::create_dir_all(path.parent().unwrap_or(directory));
        made.and_then(|()| std::fs::write(&path, content)).map_err(|error| failed(&error).with("file", name))?;
    }
    Ok(())
}
