//! Sound inputs to start from, made of the project's test data.

#[path = "../../../core/tests/support/objects.rs"]
mod objects;

use crate::package::open;
use headstart::cache::{Cache, Policy};
use headstart::slim::{Codec, ColdPlace, Plan, PlanOptions, SlimOptions, TraceOptions, slim, trace};
use objects::Object;
use std::path::{Path, PathBuf};

/// Larger files make poor seeds.
const MOST_BYTES: u64 = 16 << 10;

/// Which files are seeds: of which target, after which byte, and how their names end.
const FILES: &[(&str, &[u8], &str)] = &[
    ("compiled", &[1], ".pyc"),
    ("compiled", &[3], ".pkl"),
    ("configuration", &[0], "headstart.toml"),
    ("configuration", &[1], "pyproject.toml"),
    ("configuration", &[2], "package.json"),
    ("configuration", &[3], "Cargo.toml"),
    ("decoder", &[7], "frame.hex"),
    ("image", &[], "image.hex"),
    ("events", &[0], ".json"),
    ("events", &[1], ".jsonl"),
    ("javascript", &[0], ".js"),
    ("javascript", &[1], ".mjs"),
    ("javascript", &[2], ".cjs"),
    ("javascript", &[3], ".jsx"),
    ("javascript", &[4], ".ts"),
    ("javascript", &[5], ".mts"),
    ("javascript", &[6], ".cts"),
    ("javascript", &[7], ".tsx"),
    ("package_json", &[0], "package.json"),
    ("package_json", &[1], "package.json"),
    ("python", &[], ".py"),
    ("python_metadata", &[0], "RECORD"),
    ("python_metadata", &[1], "METADATA"),
    ("python_metadata", &[2], "entry_points.txt"),
    ("python_path", &[0], ".pth"),
];

/// Seeds that are short enough to stand here.
const TEXTS: &[(&str, &[u8])] = &[
    (
        "bake_report",
        br#"{"interpreter": "x", "roots": [["package", ""]], "searched": [[0]], "modules": [{"name": "app",
        "kind": "source", "root": 0, "path": "app.py", "searched": 0, "size": 1, "mtime_ns": 2, "hash": "00",
        "offset": 0, "bytes": 3}, {"name": "_x", "kind": "extension", "root": 0, "path": "_x.so", "searched": null}],
        "left": [["ns", "it is a namespace"]]}"#,
    ),
    ("baseline", br#"{"schema_version": 1, "bytes": 12, "packages": [{"name": "own code", "bytes": 7}]}"#),
    ("compiled", b"\x00\xcb\x0d\x0d\x0a\0\0\0\0\0\0\0\0\0\0\0\0"),
    ("events", b"\x01{}\n[1, \"x\"]\n"),
    (
        "http_events",
        br#"{"version": "2.0", "rawPath": "/a", "rawQueryString": "b=c", "cookies": ["d=e"], "headers": {"x-f": "g"},
        "requestContext": {"http": {"method": "GET"}}, "statusCode": 200, "multiValueHeaders": {"h": ["i"]},
        "body": "aQ==", "isBase64Encoded": true, "specversion": "1.0", "id": "1", "source": "s", "type": "t"}"#,
    ),
    (
        "profile_report",
        br#"{"rows": [{"name": "a", "file": null, "parent": null, "phase": "init", "failed": false, "self_ns": 5,
        "self_bytes": 0}, {"name": "a.b", "file": "/x", "parent": 0, "phase": "first", "failed": true, "self_ns": 7,
        "self_bytes": -1}], "phases": {"init": 10, "first": null}}"#,
    ),
    ("python_path", b"\x00below\n# a comment\n/\n..\nimport __editable___x_finder; go()\n"),
    ("python_path", b"\x01MAPPING: dict[str, str] = {'x': '/usr', 'y': 'below'}\n"),
    ("record", b"f/etc/passwd\0d/etc\0m/etc/./hosts\0s/lib/x.so\0f/a/__pycache__/b.cpython-312.pyc\0"),
    (
        "runtime_api",
        b"POST /2020-01-01/extension/register x\nGET /2018-06-01/runtime/invocation/next\n>\x02{}\n\
        >\x03\0\0\0\0\0\0\0\0\x14\0\0\0\0\0\0\0{\"request_id\": \"a-1\"}{}\n\
        POST /2018-06-01/runtime/invocation/a-1/response {}\nPOST /2018-06-01/runtime/init/error {\"errorType\": \"x\"}\n\
        GET /2018-06-01/runtime/restore/next\n>\x09{}\nGET /2020-01-01/extension/event/next x\n>\x0a{\"grace_us\": 5}\n",
    ),
    (
        "zygote_plan",
        br#"{"schema_version": 1, "budget_bytes": 1000, "bytes": 10, "gain_us": 5, "one_each_bytes": 20,
        "one_each_gain_us": 6, "trees": [{"interpreter": "/python", "version": "3.12.1", "environment": {"TZ": "UTC"},
        "nodes": [{"modules": [], "bytes": 4, "import_us": 0}, {"parent": 0, "packages": ["a"], "modules": ["a", "b.c"],
        "paths": ["/shared"], "bytes": 6, "import_us": 5}],
        "functions": [{"name": "f", "package": "/f", "entry": "app.handler", "calls": 1, "start_us": 9, "node": 1}]}]}"#,
    ),
];

/// The seeds of a target, made of the files below `testdata`.
pub fn of(target: &str, testdata: &Path) -> Vec<Vec<u8>> {
    let mut seeds: Vec<_> = TEXTS.iter().filter(|(of, _)| *of == target).map(|(_, text)| text.to_vec()).collect();
    let wanted: Vec<_> = FILES.iter().filter(|(of, ..)| *of == target).collect();
    for path in if wanted.is_empty() { Vec::new() } else { files(testdata) } {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        for (_, prefix, _) in wanted.iter().filter(|(.., ending)| name.ends_with(ending)) {
            seeds.extend(content(&path).map(|content| [prefix, content.as_slice()].concat()));
        }
    }
    match target {
        "archive" => seeds.extend(slimmed(testdata, Codec::Zlib).map(|(archive, _)| archive)),
        "cold_archive" => {
            let codecs = [Codec::Zlib, Codec::Xz, Codec::Zstd];
            seeds.extend(codecs.into_iter().filter_map(|codec| Some(slimmed(testdata, codec)?.1)));
        }
        "cache_entry" => seeds.extend(cache_entry()),
        "compiled" => seeds.push([vec![2], object()].concat()),
        "elf" | "binary" => seeds.push(object()),
        _ => {}
    }
    seeds
}

/// What a file holds; of one in hexadecimal digits, what they stand for.
fn content(path: &Path) -> Option<Vec<u8>> {
    if path.extension().is_none_or(|it| it != "hex") {
        return std::fs::read(path).ok();
    }
    let text = std::fs::read_to_string(path).ok()?;
    text.split_whitespace().map(|digits| u8::from_str_radix(digits, 16).ok()).collect()
}

/// Every small file below a directory, in order.
fn files(directory: &Path) -> Vec<PathBuf> {
    let (mut found, mut left) = (Vec::new(), vec![directory.to_owned()]);
    while let Some(next) = left.pop() {
        for entry in std::fs::read_dir(&next).into_iter().flatten().flatten() {
            let path = entry.path();
            match path.symlink_metadata() {
                Ok(it) if it.is_dir() => left.push(path),
                Ok(it) if it.is_file() && it.len() <= MOST_BYTES => found.push(path),
                _ => {}
            }
        }
    }
    found.sort();
    found
}

/// What a cache has written.
fn cache_entry() -> Option<Vec<u8>> {
    let directory = tempfile::tempdir().ok()?;
    let cache = Cache::builder("function").code("code").directory(directory.path()).bytes();
    cache.put("key", &Policy::forever().tags(["tag"]), b"value"[..].into());
    let is_entry = |path: &PathBuf| path.file_name().is_some_and(|name| name.len() == 64);
    files(directory.path()).into_iter().find(is_entry).and_then(|path| content(&path))
}

fn object() -> Vec<u8> {
    let needed = vec!["libz.so.1".to_owned(), "libc.so.6".to_owned()];
    let search = Some("$ORIGIN/../lib:/opt/lib".to_owned());
    Object { needed, search, text: vec!["other.module".to_owned()], ..Object::default() }.bytes()
}

/// A slimmed package as a zip archive, and its cold archive.
fn slimmed(testdata: &Path, codec: Codec) -> Option<(Vec<u8>, Vec<u8>)> {
    let directory = tempfile::tempdir().ok()?;
    let (package, out) = (directory.path().join("package"), directory.path().join("out.zip"));
    let from = testdata.join("cli/slimming");
    for file in files(&from) {
        let to = package.join(file.strip_prefix(&from).ok()?);
        std::fs::create_dir_all(to.parent()?).ok()?;
        std::fs::copy(&file, to).ok()?;
    }
    // Enough to be left out for.
    std::fs::write(package.join("lib/tests/large.py"), "x = 1  # a line of a test\n".repeat(8000)).ok()?;
    let package = open(&package, "app.handler", "python3.12").ok()?;
    let traced = trace(&package, &TraceOptions::default()).ok()?;
    let plan = Plan::of(&package, &traced, PlanOptions::default());
    let mut options = SlimOptions::new(&out);
    options.cold = ColdPlace::Beside;
    let slimmed = slim(&package, &traced, &plan, &options, codec, &()).ok()?;
    Some((std::fs::read(out).ok()?, std::fs::read(slimmed.cold?).ok()?))
}
