//! The vectors of init images: good and bad ones, that Rust, Python and Node all read.

use crate::shell::Outcome;
use headstart::preload::{EntryKind, Image, ImageWriter};
use serde_json::{Value, json};

/// Every vector: the file's path in the repository, and its content.
pub(crate) fn files() -> Outcome<Vec<(String, String)>> {
    let good = good().map_err(|error| error.to_string())?;
    let entries: Value = Image::from_bytes(good.clone())
        .map_err(|error| error.to_string())?
        .entries()
        .map(|it| (it.name().to_owned(), json!({"kind": it.kind(), "text": text(it.data().unwrap_or_default())})))
        .collect::<serde_json::Map<_, _>>()
        .into();
    let mut files = Vec::new();
    vector(&mut files, "good", &good, &json!({"identity": identity(), "entries": entries}));
    for (name, damage) in DAMAGES {
        let mut bad = good.clone();
        damage(&mut bad);
        let told = Image::from_bytes(bad.clone()).and_then(|image| image.check_data());
        let code = told.err().ok_or_else(|| format!("the image {name} is not bad"))?.code().as_str();
        vector(&mut files, name, &bad, &json!({"error": code}));
    }
    Ok(files)
}

type Damage = fn(&mut Vec<u8>);

const DAMAGES: [(&str, Damage); 7] = [
    ("bad_empty", Vec::clear),
    ("bad_magic", |bytes| bytes[0] = b'X'),
    ("bad_version", |bytes| bytes[8] = 2),
    ("bad_size", |bytes| bytes.push(0)),
    ("bad_truncated", |bytes| bytes.truncate(bytes.len() - 1)),
    ("bad_identity", |bytes| bytes[40] ^= 1),
    ("bad_data", |bytes| {
        if let Some(last) = bytes.last_mut() {
            *last ^= 1;
        }
    }),
];

fn identity() -> Value {
    json!({"language": "any", "interpreter": "none; ä"})
}

fn good() -> headstart::error::Result<Vec<u8>> {
    let mut writer = ImageWriter::new();
    writer.add("module/b", EntryKind::Code, b"code of b".to_vec())?;
    writer.add("module/a.ö", EntryKind::Found, Vec::new())?;
    writer.add("table/modules", EntryKind::Table, b"one\ntwo\n".to_vec())?;
    writer.add("file/x", EntryKind::File, b"a file that is longer than sixteen bytes".to_vec())?;
    writer.finish(&identity())
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn vector(files: &mut Vec<(String, String)>, name: &str, bytes: &[u8], expected: &Value) {
    files.push((format!("testdata/vectors/images/{name}/image.hex"), crate::vectors::hex(bytes)));
    files.push((format!("testdata/vectors/images/{name}/expected.json"), format!("{expected:#}\n")));
}
