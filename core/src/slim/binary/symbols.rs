//! Functions by their symbols: which bytes of which section each of them covers.

use super::section::name;
use object::Endianness;
use object::elf;
use object::read::ReadRef;
use object::read::elf::{FileHeader, SectionHeader, Sym};

/// A symbol table, or its names, larger than this are not read.
const MOST_TABLE: u64 = 256 << 20;
/// A name is read this far.
const MOST_NAME: usize = 16 << 10;

/// A function's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Function {
    /// The number of its section.
    pub(super) section: usize,
    /// Its first byte, counted from the section's.
    start: u64,
    /// How many bytes it covers.
    pub(super) bytes: u64,
    /// Where its name begins.
    name: u32,
}

/// The symbols of an object that are functions.
#[derive(Debug)]
pub(super) struct Functions<'data> {
    pub(super) all: Vec<Function>,
    names: &'data [u8],
}

impl<'data> Functions<'data> {
    /// Reads the symbol table; `None` where there is none, which is what `strip` leaves.
    pub(super) fn read<Elf, R>(headers: &[Elf::SectionHeader], endian: Endianness, data: R) -> Option<Self>
    where
        Elf: FileHeader<Endian = Endianness>,
        R: ReadRef<'data>,
    {
        let is_small = |header: &&Elf::SectionHeader| header.sh_size(endian).into() <= MOST_TABLE;
        let table = headers.iter().find(|header| header.sh_type(endian) == elf::SHT_SYMTAB).filter(is_small)?;
        let names = headers.get(table.sh_link(endian) as usize).filter(is_small)?.data(endian, data).ok()?;
        let symbols: &[Elf::Sym] = table.data_as_array(endian, data).ok()?;
        let mut all: Vec<_> = symbols.iter().filter_map(|symbol| function::<Elf>(symbol, headers, endian)).collect();
        all.sort_unstable();
        // Several names of one place: the first one gets it.
        all.dedup_by_key(|it| (it.section, it.start));
        clip(&mut all);
        Some(Self { all, names })
    }

    /// The name of a function, as the linker knows it.
    pub(super) fn name(&self, function: &Function) -> &'data [u8] {
        name(self.names, function.name, MOST_NAME)
    }
}

/// A symbol that stands for code in a section.
fn function<Elf>(symbol: &Elf::Sym, headers: &[Elf::SectionHeader], endian: Endianness) -> Option<Function>
where
    Elf: FileHeader<Endian = Endianness>,
{
    let section = usize::from(symbol.st_shndx(endian).index()?);
    let header = headers.get(section)?;
    let flags = header.sh_flags(endian).0;
    let is_code = matches!(symbol.st_type(), elf::STT_FUNC | elf::STT_GNU_IFUNC) && flags & elf::SHF_EXECINSTR.0 != 0;
    let start = symbol.st_value(endian).into().checked_sub(header.sh_addr(endian).into())?;
    let room = header.sh_size(endian).into().checked_sub(start)?;
    let bytes = room.min(symbol.st_size(endian).into());
    (is_code && bytes > 0).then(|| Function { section, start, bytes, name: symbol.st_name(endian) })
}

/// A function ends where the next one begins, whatever its size claims.
fn clip(functions: &mut [Function]) {
    for at in 1..functions.len() {
        let (before, after) = functions.split_at_mut(at);
        if let (Some(one), Some(next)) = (before.last_mut(), after.first())
            && one.section == next.section
        {
            one.bytes = one.bytes.min(next.start - one.start);
        }
    }
}
