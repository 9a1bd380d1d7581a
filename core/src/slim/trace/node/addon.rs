//! Native addons: which of those that a package brings the machine will load.

use super::followed::Depth;
use super::known::Locating;
use super::scan::Text;
use super::waves::Waves;
use super::world::World;
use crate::package::{Distribution, FileId, Libc, elf};
use crate::slim::trace::{Reason, Why};
use std::path::{Path, PathBuf};

/// Systems that are no Linux, as Node names them.
const SYSTEMS: &[&str] = &["aix", "android", "darwin", "freebsd", "netbsd", "openbsd", "sunos", "win32"];
/// How many files of a package are looked at for addons.
const MOST_FILES: usize = 20_000;
/// Directories in which node-gyp leaves what it linked from: the same addon a second time.
const LEFT_BEHIND: &[&str] = &["obj.target", "obj", ".deps"];

impl World<'_> {
    /// Whether a shared object can be loaded on the machine that the function will run on.
    ///
    /// One that cannot be read as an object of another system is taken for one that fits: it is for its loader
    /// to complain.
    pub(super) fn fits(&self, file: FileId) -> bool {
        let path = self.tree.absolute(file);
        if !fits_by_name(&path, self.target.libc, self.features.abi) {
            return false;
        }
        match elf::needed_by(&self.tree, file) {
            Ok(needed) => needed.fits(self.target),
            Err(_) => self.tree.read(file, 4).is_ok_and(|head| !is_foreign(&head)),
        }
    }

    /// Whether a path is that of an addon which the machine cannot load.
    pub(super) fn is_of_another_machine(&self, path: &Path) -> bool {
        is_addon(path) && self.tree.find(path).is_some_and(|file| !self.fits(file))
    }

    /// The addons that a library finds which was called in `source` with `argument`.
    pub(super) fn addons_for(&self, locating: Locating, argument: Option<&Text>, source: &Path) -> Vec<FileId> {
        let known = argument.and_then(Text::as_known);
        match locating {
            Locating::ByName => {
                let scope = self.scope(source);
                let name = known.unwrap_or("bindings");
                let name = format!("{}.node", name.strip_suffix(".node").unwrap_or(name));
                let all = self.addons_in(&scope);
                let named: Vec<_> = all.iter().copied().filter(|file| self.is_named(*file, &name)).collect();
                // An object of options in the place of a name: any addon may be meant.
                if known.is_some() { named } else { all }
            }
            Locating::InDirectory => {
                let directory = known.filter(|path| path.starts_with('/')).map(PathBuf::from);
                let directory = directory.filter(|path| self.tree.is_directory(path));
                let directory = directory.unwrap_or_else(|| self.scope(source));
                let mut found = self.addons_in(&directory);
                if found.is_empty() {
                    found = self.addons_of(&self.scope(source));
                }
                found
            }
        }
    }

    /// Adds the addons of packages that are reached and load theirs in a way that was not followed: where none of
    /// those that fit the machine is reached, each of them may be the one.
    pub(super) fn add_addons(&self, waves: &mut Waves<'_, '_>) {
        let all = self.package.distributions();
        let has_addon = |it: &&Distribution| it.files.iter().any(|file| is_addon(&self.tree.file(*file).path));
        if !all.iter().any(|it| has_addon(&it)) {
            return;
        }
        for distribution in all {
            let Some(first) = distribution.files.iter().copied().find(|file| waves.runs(*file)) else { continue };
            let addons = self.addons_of(&distribution.directory);
            if !addons.iter().any(|file| waves.has(*file)) {
                for addon in addons {
                    waves.reach(addon, Reason::from(Why::Dynamic, first, None), Depth::Runs);
                }
            }
        }
    }

    fn is_named(&self, file: FileId, name: &str) -> bool {
        self.tree.file(file).path.file_name().is_some_and(|it| it == name)
    }

    /// The addons of the package in a directory: its own, else those of its optional dependencies, which is how
    /// packages for one platform each are installed.
    fn addons_of(&self, directory: &Path) -> Vec<FileId> {
        let own = self.addons_in(directory);
        if !own.is_empty() {
            return own;
        }
        self.optional_dependencies(directory).iter().flat_map(|directory| self.addons_in(directory)).collect()
    }

    /// The addons below a directory that fit the machine; what was built here goes before what was prebuilt.
    pub(super) fn addons_in(&self, directory: &Path) -> Vec<FileId> {
        let (files, _) = self.below(directory, MOST_FILES);
        let is_left_behind =
            |file: &FileId| self.tree.file(*file).path.iter().any(|part| LEFT_BEHIND.iter().any(|left| part == *left));
        files
            .into_iter()
            .filter(|file| is_addon(&self.tree.file(*file).path) && !is_left_behind(file) && self.fits(*file))
            .collect()
    }
}

fn is_addon(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "node")
}

/// Whether the tags that prebuilt addons carry in their names allow Node with this C library.
fn fits_by_name(path: &Path, libc: Libc, abi: Option<u32>) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let tags: Vec<_> = name.split(['.', '-']).collect();
    let directory = path.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy();
    let platforms = || tags.iter().copied().chain(directory.split(['-', '_', '+']));
    let is_elsewhere = platforms().any(|tag| SYSTEMS.contains(&tag)) && !platforms().any(|tag| tag == "linux");
    let other_abi = |tag: &&str| {
        abi.is_some_and(|abi| tag.strip_prefix("abi").and_then(|it| it.parse().ok()).is_some_and(|it: u32| it != abi))
    };
    let is_musl = tags.contains(&"musl");
    let is_gnu = tags.contains(&"glibc") || tags.contains(&"gnu");
    // An addon for Electron in the place where prebuilt ones lie is never Node's.
    let is_prebuilt = path.iter().any(|part| part == "prebuilds");
    let is_other = is_prebuilt && tags.first() == Some(&"electron");
    !is_other && !is_elsewhere && !tags.iter().any(other_abi) && if libc == Libc::Musl { !is_gnu } else { !is_musl }
}

/// Whether a file begins as programs of other systems do: Mach-O, or PE.
fn is_foreign(head: &[u8]) -> bool {
    let magic: [u8; 4] = head.try_into().unwrap_or_default();
    matches!(u32::from_be_bytes(magic), 0xfeed_face | 0xfeed_facf | 0xcefa_edfe | 0xcffa_edfe | 0xcafe_babe)
        || magic.starts_with(b"MZ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_carry_tags() {
        let fits = |name: &str, libc| fits_by_name(Path::new(name), libc, Some(137));
        assert!(fits("x/node.abi137.node", Libc::Gnu) && !fits("x/node.abi115.node", Libc::Gnu));
        assert!(!fits("prebuilds/freebsd-x64/x.glibc.node", Libc::Gnu) && !fits("x.win32-x64.node", Libc::Gnu));
        assert!(!fits("prebuilds/linux-x64/node.napi.musl.node", Libc::Gnu));
        assert!(fits("prebuilds/linux-x64/node.napi.glibc.node", Libc::Gnu));
        assert!(!fits("x.linux-x64-gnu.node", Libc::Musl));
        assert!(!fits("prebuilds/linux-x64/electron.napi.node", Libc::Gnu));
        assert!(fits("build/Release/electron.node", Libc::Gnu));
    }

    #[test]
    fn other_systems_are_known_by_their_magic() {
        assert!(is_foreign(&[0xcf, 0xfa, 0xed, 0xfe]) && is_foreign(b"MZ\x90\0") && !is_foreign(b"\x7fELF"));
        assert!(!is_foreign(b""));
    }
}
