//! What a shared object needs to be loaded: `DT_NEEDED`, and where the dynamic linker looks for it (see ld.so(8)).

use super::{Architecture, Libc, Target, Tree};
use crate::error::{Code, Error, Result};
use crate::package::FileId;
use object::elf::{self, DynamicTag, FileHeader32, FileHeader64};
use object::read::elf::{Dyn, FileHeader, ProgramHeader};
use object::read::{ReadCache, ReadRef};
use object::{Object, ObjectSection, SectionFlags};
use std::fs::File;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// More names than this in one object are a sign of damage.
const MOST_NAMES: usize = 4096;
/// The first bytes of every ELF file.
const MAGIC: &[u8] = b"\x7fELF";

/// What a shared object asks of the dynamic linker.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Needed {
    /// The libraries it needs, as it names them: `libz.so.1`.
    pub libraries: Vec<String>,
    /// The directories in which it wants them looked for, with `$ORIGIN` as it is written.
    pub search: Vec<String>,
    /// The processor it was built for, where that is one we know.
    pub architecture: Option<Architecture>,
    /// Whether its header names another system than Linux.
    pub is_foreign: bool,
}

impl Needed {
    /// Whether a machine of this kind can load it, as far as the object tells.
    pub fn fits(&self, target: Target) -> bool {
        let names = |libc: &str| self.libraries.iter().any(|name| name.starts_with(libc));
        let other = match target.libc {
            Libc::Gnu => names("libc.musl-"),
            Libc::Musl => names("libc.so.6"),
        };
        self.architecture == Some(target.architecture) && !self.is_foreign && !other
    }

    /// The paths at which the object at the absolute path `object` has a library looked for, in order: in its own
    /// search path, then in `also`.
    fn places(&self, object: &Path, library: &str, also: &[PathBuf]) -> Vec<PathBuf> {
        let origin = object.parent().unwrap_or(Path::new("/"));
        // A name with a slash is a path, and is not searched for.
        if library.contains('/') {
            return vec![expand(library, origin)];
        }
        let own = self.search.iter().map(|directory| expand(directory, origin));
        own.chain(also.iter().cloned()).map(|directory| directory.join(library)).collect()
    }

    /// The first of those places where there is a file on this disk.
    pub(super) fn place(&self, object: &Path, library: &str, also: &[PathBuf]) -> Option<PathBuf> {
        self.places(object, library, also).into_iter().find(|path| path.is_file())
    }
}

/// Whether these are the first bytes of an ELF file.
pub fn is_elf(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

/// Whether a file is named as shared objects are: `libx.so`, `libx.so.1.2`, `x.cpython-312-x86_64-linux-gnu.so`,
/// `x.node`.
pub fn is_named_as_object(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.extension().is_some_and(|it| it == "so" || it == "node") || name.contains(".so.")
}

/// Whether `strip --strip-debug` takes out a section of this name.
pub(crate) fn is_for_debuggers(section: &[u8]) -> bool {
    [&b".debug_"[..], b".zdebug_"].iter().any(|start| section.starts_with(start)) || section == b".gdb_index"
}

/// What the object in `bytes` needs. Fails with `package.object_invalid` where it is no sound ELF file.
pub fn needed(bytes: &[u8]) -> Result<Needed> {
    read(bytes)
}

/// What the object `file` needs; reads its tables only, for objects may be large.
///
/// Fails with `package.object_invalid` where it cannot be read or is no sound ELF file.
pub fn needed_by(tree: &Tree, file: FileId) -> Result<Needed> {
    needed_at(&tree.absolute(file))
}

/// What the object at `path` needs; fails as [`needed_by`] does.
pub fn needed_at(path: &Path) -> Result<Needed> {
    let about = |error: Error| error.with("path", path.display());
    let opened = File::open(path).map_err(|error| about(invalid(&error.to_string()).caused_by(error)))?;
    read(&ReadCache::new(opened)).map_err(about)
}

/// The files of the tree that the object at the absolute path `object` loads, with the links that lead to them.
///
/// Libraries are looked for in the object's own search path, then in `also`; what is found in neither is the
/// system's.
pub fn resolve(tree: &Tree, object: &Path, needed: &Needed, also: &[PathBuf]) -> Vec<FileId> {
    let mut found = Vec::new();
    for library in &needed.libraries {
        let paths = needed.places(object, library, also);
        if let Some((path, file)) = paths.iter().find_map(|path| Some((path, tree.find(path)?))) {
            found.extend(tree.links(path));
            found.push(file);
        }
    }
    found
}

/// The parts of an object that may hold text: all but the instructions, and what is not loaded. All of it where its
/// sections are not known.
pub(crate) fn without_code(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut left_out: Vec<Range<usize>> = Vec::new();
    if let Ok(object) = object::File::parse(bytes) {
        let is_text = |flags| match flags {
            SectionFlags::Elf { sh_flags, .. } => {
                sh_flags.contains(elf::SHF_ALLOC) && !sh_flags.contains(elf::SHF_EXECINSTR)
            }
            _ => true,
        };
        let sections = object.sections().filter(|section| !is_text(section.flags()));
        let ranges = sections.filter_map(|section| section.file_range());
        left_out.extend(ranges.filter_map(|(start, size)| {
            let end = usize::try_from(start.checked_add(size)?).ok()?;
            Some(usize::try_from(start).ok()?..end).filter(|range| range.end <= bytes.len())
        }));
    }
    left_out.sort_by_key(|range| range.start);
    let (mut parts, mut at) = (Vec::new(), 0);
    for range in left_out {
        if range.start > at {
            parts.push(at..range.start);
        }
        at = at.max(range.end);
    }
    if at < bytes.len() {
        parts.push(at..bytes.len());
    }
    parts
}

/// A search path with the object's own directory in the place of `$ORIGIN`.
fn expand(directory: &str, origin: &Path) -> PathBuf {
    let origin_text = origin.to_string_lossy();
    let expanded = directory.replace("${ORIGIN}", &origin_text).replace("$ORIGIN", &origin_text);
    origin.join(expanded)
}

fn read<'data, R: ReadRef<'data>>(data: R) -> Result<Needed> {
    let class = data.read_bytes_at(4, 1).map_err(|()| invalid("it is too short"))?;
    let outcome = if class == [elf::ELFCLASS64.0] {
        tables::<FileHeader64<object::Endianness>, R>(data)
    } else {
        tables::<FileHeader32<object::Endianness>, R>(data)
    };
    outcome.map_err(|error| invalid(&error.to_string()).caused_by(error))
}

fn tables<'data, Elf, R>(data: R) -> object::read::Result<Needed>
where
    Elf: FileHeader<Endian = object::Endianness>,
    R: ReadRef<'data>,
{
    let header = Elf::parse(data)?;
    let endian = header.endian()?;
    let segments = header.program_headers(endian, data)?;
    // Linux uses System V's number, or its own where it makes use of GNU extensions.
    let is_foreign = !matches!(header.e_ident().os_abi, elf::ELFOSABI_SYSV | elf::ELFOSABI_GNU);
    let architecture = architecture(header.e_machine(endian));
    let mut needed = Needed { architecture, is_foreign, ..Needed::default() };
    for segment in segments {
        let Some(entries) = segment.dynamic(endian, data)? else { continue };
        let value = |tag: DynamicTag| entries.iter().find(|entry| entry.tag(endian) == tag).map(|it| it.val(endian));
        let Some(strings) = value(elf::DT_STRTAB).and_then(|address| offset(segments, endian, address)) else {
            continue;
        };
        let end = strings.saturating_add(value(elf::DT_STRSZ).unwrap_or(0));
        let text = |at: u64| {
            let bytes = data.read_bytes_at_until(strings.checked_add(at)?..end, 0).ok()?;
            Some(String::from_utf8_lossy(bytes).into_owned())
        };
        for entry in entries.iter().take_while(|entry| entry.tag(endian) != elf::DT_NULL).take(MOST_NAMES) {
            match entry.tag(endian) {
                elf::DT_NEEDED => needed.libraries.extend(text(entry.val(endian))),
                elf::DT_RPATH | elf::DT_RUNPATH => {
                    let paths = text(entry.val(endian)).unwrap_or_default();
                    needed.search.extend(paths.split(':').filter(|path| !path.is_empty()).map(str::to_owned));
                }
                _ => {}
            }
        }
    }
    Ok(needed)
}

/// Where in the file the byte lies that is loaded at `address`.
fn offset<P: ProgramHeader>(segments: &[P], endian: P::Endian, address: u64) -> Option<u64> {
    segments.iter().filter(|segment| segment.p_type(endian) == elf::PT_LOAD).find_map(|segment| {
        let below = address.checked_sub(segment.p_vaddr(endian).into())?;
        let (start, size) = segment.file_range(endian);
        (below < size).then(|| start.checked_add(below)).flatten()
    })
}

fn architecture(machine: elf::Machine) -> Option<Architecture> {
    match machine {
        elf::EM_X86_64 => Some(Architecture::X64),
        elf::EM_AARCH64 => Some(Architecture::Arm64),
        _ => None,
    }
}

fn invalid(why: &str) -> Error {
    Error::new(Code::ObjectInvalid, "read the shared object", why)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::RootRole;

    /// The program that runs this test is an object like any other.
    fn own() -> Vec<u8> {
        std::fs::read(std::env::current_exe().unwrap()).unwrap()
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_program_names_its_libraries() {
        let needed = needed(&own()).unwrap();
        assert!(needed.libraries.iter().any(|name| name.starts_with("libc.")), "{needed:?}");
        assert!(needed.fits(Target::here()));
        let other: Target = if cfg!(target_arch = "aarch64") { "linux-x64" } else { "linux-arm64" }.parse().unwrap();
        assert!(!needed.fits(other));
    }

    #[test]
    fn damage_is_an_error_and_no_panic() {
        assert_eq!(needed(b"").unwrap_err().code(), Code::ObjectInvalid);
        assert_eq!(needed(b"not an object").unwrap_err().code(), Code::ObjectInvalid);
        let bytes = own();
        let head = &bytes[..bytes.len().min(4096)];
        for cut in 0..head.len() {
            let _ = needed(&head[..cut]);
        }
        for at in 0..head.len().min(1024) {
            for value in [0, 0x7f, 0xff] {
                let mut broken = head.to_vec();
                broken[at] = value;
                let _ = needed(&broken);
            }
        }
    }

    #[test]
    fn libraries_are_found_by_origin_and_through_links() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(root.path().join("a/lib")).unwrap();
        std::fs::write(root.path().join("a/lib/libx.so.1.2"), "").unwrap();
        std::os::unix::fs::symlink("libx.so.1.2", root.path().join("a/lib/libx.so.1")).unwrap();
        let mut tree = Tree::default();
        tree.add_root(root.path(), RootRole::Code).unwrap();
        let needed = Needed {
            libraries: vec!["libx.so.1".into(), "libc.so.6".into()],
            search: vec!["$ORIGIN/lib".into()],
            ..Needed::default()
        };
        let object = root.path().canonicalize().unwrap().join("a/b.node");
        let found = resolve(&tree, &object, &needed, &[]);
        let names: Vec<_> = found.iter().map(|id| tree.file(*id).path.display().to_string()).collect();
        assert_eq!(names, ["a/lib/libx.so.1", "a/lib/libx.so.1.2"]);
    }
}
