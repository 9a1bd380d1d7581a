//! Archives as input, which nobody vouches for.

use super::case::{listed, open, slim_at};
use headstart::Code;
use headstart::slim::SlimOptions;
use std::fs;
use std::io::{Cursor, Write};
use std::path::PathBuf;
use zip::write::SimpleFileOptions;

/// A zip archive with `app.py` and what `add` adds.
fn archive(add: impl FnOnce(&mut zip::ZipWriter<Cursor<Vec<u8>>>)) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    file(&mut writer, "app.py", b"def handler(event, context):\n    return event\n");
    add(&mut writer);
    writer.finish().unwrap().into_inner()
}

fn file(writer: &mut zip::ZipWriter<Cursor<Vec<u8>>>, name: &str, content: &[u8]) {
    writer.start_file(name, SimpleFileOptions::default()).unwrap();
    writer.write_all(content).unwrap();
}

/// What opening an archive of these bytes fails with.
fn refusal(bytes: &[u8]) -> Code {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("package.zip");
    fs::write(&path, bytes).unwrap();
    let error = open(&path).expect_err("it is refused");
    assert_eq!(listed(directory.path()), [PathBuf::from("package.zip")].into(), "{error}");
    error.code()
}

#[test]
fn an_archive_is_slimmed_as_a_directory_is() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("package.zip");
    fs::write(&path, archive(|zip| file(zip, "data.txt", b"data"))).unwrap();
    let out = directory.path().join("out");
    slim_at(&path, &SlimOptions::new(&out), &()).unwrap();
    assert_eq!(fs::read(out.join("data.txt")).unwrap(), b"data");
}

#[test]
fn archives_that_lead_out_are_refused() {
    // Written under a name that the writer takes, then changed: it may be as careful as the reader.
    let renamed = |name: &str| {
        let stand_in = "n".repeat(name.len());
        let mut bytes = archive(|zip| file(zip, &stand_in, b"x"));
        let places: Vec<_> =
            bytes.windows(name.len()).enumerate().filter(|(_, it)| *it == stand_in.as_bytes()).map(|it| it.0).collect();
        assert_eq!(places.len(), 2);
        for at in places {
            bytes[at..at + name.len()].copy_from_slice(name.as_bytes());
        }
        bytes
    };
    for name in
        ["../escaped-file", "/tmp/headstart-escaped", "below/../../escaped", "below\\..\\..\\escaped", "zero\0named"]
    {
        assert_eq!(refusal(&renamed(name)), Code::ArchiveInvalid, "{name:?}");
    }
    for target in ["/etc/passwd", "../outside", "below/../../outside"] {
        let bytes = archive(|zip| zip.add_symlink("link", target, SimpleFileOptions::default()).unwrap());
        assert_eq!(refusal(&bytes), Code::ArchiveInvalid, "{target}");
    }
    let through = archive(|zip| {
        zip.add_symlink("lib", ".", SimpleFileOptions::default()).unwrap();
        file(zip, "lib/x.py", b"");
    });
    assert_eq!(refusal(&through), Code::ArchiveInvalid);
    // Each link stays inside by its text; followed, the second leads out.
    let chained = archive(|zip| {
        zip.add_symlink("one", ".", SimpleFileOptions::default()).unwrap();
        zip.add_symlink("two", "one/..", SimpleFileOptions::default()).unwrap();
        zip.add_directory("two/headstart-escaped-directory", SimpleFileOptions::default()).unwrap();
    });
    assert_eq!(refusal(&chained), Code::ArchiveInvalid);
    assert!(!std::env::temp_dir().join("headstart-escaped-directory").exists());
    let twice = archive(|zip| {
        file(zip, "one", b"");
        file(zip, "one/two", b"");
    });
    assert_eq!(refusal(&twice), Code::ArchiveInvalid);
}

#[test]
fn damaged_and_encrypted_archives_are_refused() {
    let good = archive(|zip| file(zip, "data.txt", &b"data".repeat(100)));
    for end in [0, 10, good.len() / 2, good.len() - 1] {
        assert_eq!(refusal(&good[..end]), Code::ArchiveInvalid, "{end} bytes");
    }
    let mut damaged = good.clone();
    let at = good.windows(8).position(|it| it == b"data.txt").unwrap() + 12;
    damaged[at] ^= 0x55;
    assert_eq!(refusal(&damaged), Code::ArchiveInvalid);

    // Bit 0 of the flags, in the local header and in the directory.
    let mut encrypted = good;
    for (signature, offset) in [(b"PK\x03\x04", 6), (b"PK\x01\x02", 8)] {
        let places: Vec<_> =
            encrypted.windows(4).enumerate().filter(|(_, it)| it == signature).map(|it| it.0).collect();
        for at in places {
            encrypted[at + offset] |= 1;
        }
    }
    assert_eq!(refusal(&encrypted), Code::ArchiveInvalid);
}

#[test]
fn bombs_are_refused() {
    let bomb = archive(|zip| {
        zip.start_file("zeros", SimpleFileOptions::default()).unwrap();
        let block = vec![0; 1 << 20];
        (0..140).for_each(|_| zip.write_all(&block).unwrap());
    });
    assert_eq!(refusal(&bomb), Code::PackageTooLarge);
}
