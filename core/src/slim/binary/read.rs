//! Reading an object for where its bytes are.

use super::code::{Code, UNKNOWN, by_crate};
use super::section::{Section, SectionKind, sections};
use super::symbols::Functions;
use crate::error::{Code as ErrorCode, Error, Result};
use object::Endianness;
use object::elf::{ELFCLASS64, FileHeader32, FileHeader64};
use object::read::elf::{FileHeader, SectionHeader};
use object::read::{ReadCache, ReadRef};
use std::fs::File;
use std::path::Path;

/// More sections than this are a sign of damage.
const MOST_SECTIONS: usize = 1 << 16;

/// What names of functions an object has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Symbols {
    /// There is a symbol table.
    Present,
    /// It was stripped: nothing tells whose code is where.
    Stripped,
}

/// Where the bytes of an object's file are. Sections and [`other_bytes`](Self::other_bytes) sum up to the file, and
/// [`code`](Self::code) to its code sections.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Binary {
    /// Bytes of the file.
    pub bytes: u64,
    /// The sections, the largest first.
    pub sections: Vec<Section>,
    /// Bytes of no section: headers, and what is between sections.
    pub other_bytes: u64,
    /// Whether names of functions are left.
    pub symbols: Symbols,
    /// The code by section and crate, the largest first.
    pub code: Vec<Code>,
}

impl Binary {
    /// Reads the object at `path`: its tables, no code and no data.
    ///
    /// Fails with `package.object_invalid` where it cannot be read or is no sound ELF file.
    pub fn read(path: &Path) -> Result<Self> {
        let about = |error: Error| error.with("path", path.display());
        let file = File::open(path).map_err(|error| about(invalid(&error.to_string()).caused_by(error)))?;
        read(&ReadCache::new(file)).map_err(about)
    }

    /// Reads the object in `bytes`; fails as [`read`](Self::read) does.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        read(bytes)
    }

    /// Bytes of all sections of a kind.
    pub fn bytes_of(&self, kind: SectionKind) -> u64 {
        self.sections.iter().filter(|section| section.kind == kind).map(|section| section.bytes).sum()
    }

    /// Bytes of code that no symbol covers.
    pub fn unknown_bytes(&self) -> u64 {
        self.code.iter().filter(|code| code.name == UNKNOWN).map(|code| code.bytes).sum()
    }
}

fn read<'data, R: ReadRef<'data>>(data: R) -> Result<Binary> {
    let class = data.read_bytes_at(4, 1).map_err(|()| invalid("it is too short"))?;
    let outcome = if class == [ELFCLASS64.0] {
        tables::<FileHeader64<Endianness>, R>(data)
    } else {
        tables::<FileHeader32<Endianness>, R>(data)
    };
    outcome.map_err(|error| invalid(&error.to_string()).caused_by(error))?
}

fn tables<'data, Elf, R>(data: R) -> object::read::Result<Result<Binary>>
where
    Elf: FileHeader<Endian = Endianness>,
    R: ReadRef<'data>,
{
    let header = Elf::parse(data)?;
    let endian = header.endian()?;
    let headers = header.section_headers(endian, data)?;
    if headers.len() > MOST_SECTIONS {
        return Ok(Err(invalid("it has too many sections")));
    }
    let names = if headers.is_empty() { &[] } else { section_names::<Elf, R>(header, headers, endian, data)? };
    let bytes = data.len().unwrap_or(0);
    let mut sections = sections(headers, endian, names, bytes);
    let functions = Functions::read::<Elf, R>(headers, endian, data);
    let code = by_crate(&sections, functions.as_ref());
    let symbols = if functions.is_some() { Symbols::Present } else { Symbols::Stripped };
    sections.retain(|section| section.bytes > 0 || section.memory_bytes > 0);
    sections.sort_by(|one, other| other.bytes.cmp(&one.bytes).then_with(|| one.name.cmp(&other.name)));
    let other_bytes = bytes - sections.iter().map(|section| section.bytes).sum::<u64>();
    Ok(Ok(Binary { bytes, sections, other_bytes, symbols, code }))
}

fn section_names<'data, Elf, R>(
    header: &Elf,
    headers: &[Elf::SectionHeader],
    endian: Endianness,
    data: R,
) -> object::read::Result<&'data [u8]>
where
    Elf: FileHeader<Endian = Endianness>,
    R: ReadRef<'data>,
{
    let table = headers.get(header.shstrndx(endian, data)? as usize);
    table.map_or(Ok(&[][..]), |table| table.data(endian, data))
}

fn invalid(why: &str) -> Error {
    Error::new(ErrorCode::ObjectInvalid, "read the binary", why)
}
