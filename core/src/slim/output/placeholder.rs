//! What stands where a source was whose bytecode stayed.

use super::copy::place;
use super::stage::failed;
use crate::error::Result;
use crate::package::{FileId, Package};
use std::path::Path;

/// Runs the source out of the cold archive, for interpreters that cannot use the bytecode beside it. All are the
/// same, which is how readers know them (`headstart_launcher/cold/sources.py`).
const PLACEHOLDER: &str = "exec(__import__(\"headstart_cold\").code(__file__))  # the source is in the cold archive\n";

/// Writes placeholders over files that were copied below `root`.
pub(super) fn write(package: &Package, files: &[FileId], root: &Path) -> Result<()> {
    let places = files.iter().filter_map(|file| place(package, *file));
    for path in places {
        std::fs::write(root.join(&path), PLACEHOLDER).map_err(|error| failed(&error).with("file", path.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_know_it() {
        let reader = include_str!("../../../launchers/python/headstart_launcher/cold/sources.py");
        let literal = PLACEHOLDER.replace('\n', "\\n");
        assert!(reader.contains(&format!("PLACEHOLDER = b'{literal}'")), "{literal}");
    }
}
