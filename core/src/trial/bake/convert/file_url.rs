//! The URL of a file, as `url.pathToFileURL` of Node writes it.

use std::path::Path;

/// The URL of a file. None of paths that are not absolute or not UTF-8, and of those with characters that only some
/// releases of Node encode.
pub(super) fn file_url(file: &Path) -> Option<String> {
    let path = file.to_str().filter(|path| path.starts_with('/') && !path.contains(differs))?;
    let mut url = String::from("file://");
    for &byte in path.as_bytes() {
        if byte.is_ascii_graphic() && !is_encoded(byte) {
            url.push(char::from(byte));
        } else {
            url.push_str(&format!("%{byte:02X}"));
        }
    }
    Some(url)
}

/// Of printable ASCII, what is encoded in paths: by <https://url.spec.whatwg.org/#path-percent-encode-set>, and by Node
/// so that the parser of URLs does not take it for something else.
fn is_encoded(byte: u8) -> bool {
    matches!(byte, b'"' | b'#' | b'%' | b'<' | b'>' | b'?' | b'\\' | b'`' | b'{' | b'}')
}

/// What Node 20.20 encodes and earlier ones do not.
fn differs(c: char) -> bool {
    matches!(c, '[' | ']' | '^' | '|' | '~')
}
