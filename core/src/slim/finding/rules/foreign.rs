//! Compiled files for another version, system or processor.

use super::subject::{Subject, count};
use crate::package::{FileId, FileKind, Language, python_version};
use crate::slim::{Finding, Rule};

/// Directories and name parts by which packages keep binaries of several systems apart.
const OTHER_SYSTEMS: &[&str] = &["darwin", "win32", "windows", "macos", "freebsd", "openbsd", "android", "sunos"];
/// Endings of other systems' libraries and programs.
const OTHER_ENDINGS: &[&str] = &["dll", "dylib", "pyd", "exe"];

pub(super) fn find(subject: &Subject<'_>) -> Vec<Finding> {
    let files: Vec<FileId> = subject
        .package
        .tree()
        .iter()
        .map(|(file, _)| file)
        .filter(|file| is_foreign(subject, *file) && subject.trace.is_none_or(|trace| !trace.has(*file)))
        .collect();
    if files.is_empty() {
        return Vec::new();
    }
    vec![subject.removing(Finding::new(Rule::OtherPlatform, count(files.len(), "file")), files)]
}

/// Whether a file is compiled code that cannot be loaded here: by its name, of a native function by its header.
pub(super) fn is_foreign(subject: &Subject<'_>, file: FileId) -> bool {
    let found = subject.package.tree().file(file);
    let name = found.path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let ending = found.path.extension().and_then(|it| it.to_str()).unwrap_or_default();
    if found.kind != FileKind::Regular {
        return false;
    }
    // The trace of a native function leaves nothing out but what its process cannot load.
    if subject.package.runtime().language() == Language::Native {
        return subject.is_unreached(file);
    }
    OTHER_ENDINGS.contains(&ending)
        || (ending == "so" && is_for_another_python(subject, name))
        || (ending == "node" && found.path.iter().any(|part| part.to_str().is_some_and(is_of_another_system)))
}

fn is_for_another_python(subject: &Subject<'_>, name: &str) -> bool {
    let is_python = subject.package.runtime().language() == Language::Python;
    is_python && subject.version.is_some_and(|version| python_version::is_for_another(name, version))
}

fn is_of_another_system(part: &str) -> bool {
    part.split(['-', '_', '.']).any(|word| OTHER_SYSTEMS.contains(&word))
}
