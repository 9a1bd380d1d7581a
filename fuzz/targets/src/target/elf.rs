//! A shared object is read as far as a dynamic linker would, whatever its tables say.

use headstart::package::elf;

/// Objects name no more libraries and directories than this together, and no longer ones than the kernel takes.
const MOST_BYTES: usize = 16 << 20;

pub(crate) fn run(data: &[u8]) {
    let Ok(needed) = elf::needed(data) else { return };
    let bytes: usize = needed.libraries.iter().chain(&needed.search).map(String::len).sum();
    assert!(bytes <= MOST_BYTES, "{bytes} bytes of names");
}
