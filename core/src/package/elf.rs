//! What a shared object needs to be loaded: `DT_NEEDED`, and where the dynamic linker looks for it (see ld.so(8)).

use super::{Architecture, Libc, Target, Tree};
use crate::error::{Code, Error, Result};
use crate::package::FileId;
use object::elf::{self, DynamicTag, FileHeader32, FileHeader64};
use object::read::elf::{Dyn, FileHeader, ProgramHeader};
use object::read::{ReadCache, ReadRef};
use std::fs::File;
use std::path::{Path, PathBuf};

/// More names than this in one object are a sign of damage.
const MOST_NAMES: usize = 1024;
/// Segments of an object; the largest have a dozen.
const MOST_SEGMENTS: u32 = 1024;
/// Bytes of a dynamic section; the largest objects have a few kilobytes.
const MOST_DYNAMIC: u64 = 1 << 20;
/// Bytes of a library's name: no longer path can be opened.
const LONGEST_NAME: u64 = 4096;
/// Bytes of a search path.
const LONGEST_SEARCH: u64 = 64 << 10;
/// Directories of all search paths of an object.
const MOST_DIRECTORIES: usize = 64;
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

    /// Takes in an entry of the dynamic section; `text` reads what it names, up to a length.
    fn add(&mut self, tag: DynamicTag, text: impl FnOnce(u64) -> Option<String>) {
        match tag {
            elf::DT_NEEDED => self.libraries.extend(text(LONGEST_NAME)),
            elf::DT_RPATH | elf::DT_RUNPATH => {
                let room = MOST_DIRECTORIES.saturating_sub(self.search.len());
                let paths = text(LONGEST_SEARCH).unwrap_or_default();
                self.search.extend(paths.split(':').filter(|path| !path.is_empty()).take(room).map(str::to_owned));
            }
            _ => {}
        }
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

/// A search path with the object's own directory in the place of `$ORIGIN`.
fn expand(directory: &str, origin: &Path) -> PathBuf {
    let origin_text = origin.to_string_lossy();
    let expanded = directory.replace("${ORIGIN}", &origin_text).replace("$ORIGIN", &origin_text);
    origin.join(expanded)
}

fn read<'data, R: ReadRef<'data>>(data: R) -> Result<Needed> {
    let class = data.read_bytes_at(4, 1).map_err(|()| invalid("it is too short"))?;
    if class == [elf::ELFCLASS64.0] {
        tables::<FileHeader64<object::Endianness>, R>(data)
    } else {
        tables::<FileHeader32<object::Endianness>, R>(data)
    }
}

fn tables<'data, Elf, R>(data: R) -> Result<Needed>
where
    Elf: FileHeader<Endian = object::Endianness>,
    R: ReadRef<'data>,
{
    let header = Elf::parse(data).map_err(unsound)?;
    let endian = header.endian().map_err(unsound)?;
    if header.phnum(endian, data).map_err(unsound)? > MOST_SEGMENTS {
        return Err(invalid("it has too many segments"));
    }
    let segments = header.program_headers(endian, data).map_err(unsound)?;
    // Linux uses System V's number, or its own where it makes use of GNU extensions.
    let is_foreign = !matches!(header.e_ident().os_abi, elf::ELFOSABI_SYSV | elf::ELFOSABI_GNU);
    let architecture = architecture(header.e_machine(endian));
    let mut needed = Needed { architecture, is_foreign, ..Needed::default() };
    // The dynamic linker knows one dynamic section.
    let Some(section) = segments.iter().find(|segment| segment.p_type(endian) == elf::PT_DYNAMIC) else {
        return Ok(needed);
    };
    // Before it is read into memory.
    if section.file_range(endian).1 > MOST_DYNAMIC {
        return Err(invalid("its dynamic section is too large"));
    }
    let entries = section.dynamic(endian, data).map_err(unsound)?.unwrap_or_default();
    let value = |tag: DynamicTag| entries.iter().find(|entry| entry.tag(endian) == tag).map(|it| it.val(endian));
    let Some(strings) = value(elf::DT_STRTAB).and_then(|address| offset(segments, endian, address)) else {
        return Ok(needed);
    };
    let end = strings.saturating_add(value(elf::DT_STRSZ).unwrap_or(0));
    let text = |at: u64, longest: u64| {
        let start = strings.checked_add(at)?;
        let bytes = data.read_bytes_at_until(start..end.min(start.saturating_add(longest)), 0).ok()?;
        Some(String::from_utf8_lossy(bytes).into_owned())
    };
    for entry in entries.iter().take_while(|entry| entry.tag(endian) != elf::DT_NULL).take(MOST_NAMES) {
        needed.add(entry.tag(endian), |longest| text(entry.val(endian), longest));
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

fn unsound(error: object::read::Error) -> Error {
    invalid(&error.to_string()).caused_by(error)
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

    /// A 64-bit object of one dynamic section with these entries, and `text` as its strings.
    fn object_with(entries: &[(u64, u64)], text: &[u8]) -> Vec<u8> {
        let start = 64 + 2 * 56;
        let strings = (start + (entries.len() + 3) * 16) as u64;
        let end = [(5, strings), (10, text.len() as u64), (0, 0)];
        let mut bytes = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0\x01\0\0\0".to_vec();
        bytes.extend([0_u64, 64, 0].iter().flat_map(|word| word.to_le_bytes()));
        bytes.extend([0, 0, 0, 0, 64, 0, 56, 0, 2, 0, 64, 0, 0, 0, 0, 0]);
        let size = strings + text.len() as u64;
        for (kind, offset, size) in [(1_u32, 0, size), (2, start as u64, (entries.len() as u64 + 3) * 16)] {
            bytes.extend([kind, 4].iter().flat_map(|half| half.to_le_bytes()));
            bytes.extend([offset, offset, offset, size, size, 8].iter().flat_map(|word| word.to_le_bytes()));
        }
        bytes.extend(
            entries.iter().chain(&end).flat_map(|(tag, value)| [tag.to_le_bytes(), value.to_le_bytes()].concat()),
        );
        bytes.extend(text);
        bytes
    }

    #[test]
    fn names_that_share_their_text_do_not_multiply_it() {
        let text = [&b"libx.so\0"[..], &b"a:".repeat(1 << 20), b"\0"].concat();
        let sound = needed(&object_with(&[(1, 0)], &text)).unwrap();
        assert_eq!(sound.libraries, ["libx.so"]);
        for tag in [1, 15, 29] {
            let found = needed(&object_with(&vec![(tag, 8); 5000], &text)).unwrap();
            let bytes: usize = found.libraries.iter().chain(&found.search).map(String::len).sum();
            assert!(bytes <= 1 << 20 && found.search.len() <= MOST_DIRECTORIES, "{bytes}");
        }
    }

    #[test]
    fn tables_that_are_too_large_are_not_read() {
        let mut bytes = object_with(&[(1, 0)], b"libx.so\0");
        // The size in the file of the second segment, which is the dynamic section.
        let size = 64 + 56 + 32;
        bytes[size..size + 8].copy_from_slice(&(1_u64 << 40).to_le_bytes());
        assert_eq!(needed(&bytes).unwrap_err().code(), Code::ObjectInvalid);
        let mut bytes = object_with(&[(1, 0)], b"libx.so\0");
        bytes[56..58].copy_from_slice(&u16::MAX.to_le_bytes());
        assert_eq!(needed(&bytes).unwrap_err().code(), Code::ObjectInvalid);
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
