//! Reading one entry of an image without reading the rest.

use super::layout::{HEAD, Head, RECORD, Record, is_sound};
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

/// The data of the entry of this name; `None` where there is none, or where the image is damaged.
pub(super) fn entry(file: &File, name: &str) -> io::Result<Option<Vec<u8>>> {
    let mut head_bytes = [0; HEAD];
    file.read_exact_at(&mut head_bytes, 0)?;
    let whole = file.metadata()?.len();
    let Some(head) = Head::from_bytes(&head_bytes).filter(|head| HEAD as u64 + head.index_size() <= whole) else {
        return Ok(None);
    };
    let index = read(file, HEAD as u64, head.index_size())?;
    let Some(record) = find(&head, &index, name).filter(|it| is_sound(&head_bytes, &index) && it.end() <= whole) else {
        return Ok(None);
    };
    let data = read(file, record.offset.into(), record.size.into())?;
    Ok((crc32fast::hash(&data) == record.crc).then_some(data))
}

fn find(head: &Head, index: &[u8], name: &str) -> Option<Record> {
    let names = index.get(head.identity as usize..)?.get(..head.names as usize)?;
    let number = names.split(|byte| *byte == 0).position(|it| it == name.as_bytes())?;
    let records = index.len().checked_sub(head.entries as usize * RECORD)?;
    index[records..].chunks_exact(RECORD).nth(number).map(Record::from_bytes)
}

fn read(file: &File, offset: u64, size: u64) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; usize::try_from(size).map_err(io::Error::other)?];
    file.read_exact_at(&mut bytes, offset)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::super::{EntryKind, ImageWriter};
    use super::*;

    #[test]
    fn one_entry_is_found_and_damage_is_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("image");
        let mut writer = ImageWriter::new();
        writer.add("a", EntryKind::Code, vec![1; 5000]).unwrap();
        writer.add("table/reads", EntryKind::Table, b"x\t0\t1\n".to_vec()).unwrap();
        writer.write(&serde_json::json!({"language": "python"}), &path).unwrap();
        let look = |name: &str| entry(&File::open(&path).unwrap(), name);
        assert_eq!(look("table/reads").unwrap().unwrap(), b"x\t0\t1\n");
        assert_eq!(look("table").unwrap(), None);
        let good = std::fs::read(&path).unwrap();
        for damaged in 0..good.len() {
            let mut bad = good.clone();
            bad[damaged] ^= 0x11;
            std::fs::write(&path, &bad).unwrap();
            let found = look("table/reads").unwrap_or_default();
            assert!(found.is_none_or(|found| found == b"x\t0\t1\n"), "byte {damaged}");
        }
        std::fs::write(&path, &good[..20]).unwrap();
        assert!(look("a").is_err());
    }
}
