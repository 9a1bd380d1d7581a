//! Native functions and Cargo projects as people and programs see them. Nothing is compiled: the tests write what
//! Cargo would have built.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

mod support;

use object::write::{Object, StandardSection, Symbol, SymbolSection};
use object::{Architecture, BinaryFormat, Endianness, SectionKind, SymbolFlags, SymbolKind, SymbolScope};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Output;
use support::{command, json, shown, snapshot};
use tempfile::TempDir;

const MANIFEST: &str = "[package]\nname = 'prices'\nversion = '1.2.0'\nedition = '2024'\n\
                        [lib]\ncrate-type = ['cdylib']\n\
                        [package.metadata.headstart]\nentry = 'libprices.handler'\n";
const LOCK: &str = "version = 4\n[[package]]\nname = \"prices\"\nversion = \"1.2.0\"\n";

/// An object with functions of two crates and of C, with debug symbols.
fn object() -> Vec<u8> {
    let mut object = Object::new(BinaryFormat::Elf, Architecture::X86_64, Endianness::Little);
    let text = object.section_id(StandardSection::Text);
    object.append_section_data(text, &[0x90; 2000], 16);
    let data = object.section_id(StandardSection::ReadOnlyData);
    object.append_section_data(data, &[1; 300], 8);
    let debug = object.add_section(Vec::new(), b".debug_info".to_vec(), SectionKind::Debug);
    object.append_section_data(debug, &vec![2; 100_000], 1);
    let functions = [
        ("_ZN6prices5total17h0123456789abcdefE", 0, 800),
        ("_ZN4core3fmt5write17h0123456789abcdefE", 800, 600),
        ("_RNvCs1234_5serde5parse", 1400, 300),
        ("handler", 1700, 100),
    ];
    for (name, value, size) in functions {
        object.add_symbol(Symbol {
            name: name.into(),
            value,
            size,
            kind: SymbolKind::Text,
            scope: SymbolScope::Linkage,
            weak: false,
            section: SymbolSection::Section(text),
            flags: SymbolFlags::None,
        });
    }
    object.write().unwrap()
}

/// A project whose release build is there.
fn project() -> TempDir {
    let root = tempfile::tempdir().unwrap();
    let at = |name: &str| root.path().join("prices").join(name);
    fs::create_dir_all(at("src")).unwrap();
    fs::create_dir_all(at("target/release/deps")).unwrap();
    fs::write(at("Cargo.toml"), MANIFEST).unwrap();
    fs::write(at("Cargo.lock"), LOCK).unwrap();
    fs::write(at("src/lib.rs"), "").unwrap();
    fs::write(at("target/release/libprices.so"), object()).unwrap();
    fs::write(at("target/release/deps/other"), vec![0; 1 << 20]).unwrap();
    root
}

fn run(program: &str, arguments: &[&str], directory: &Path) -> Output {
    command(program, arguments, directory, "native").output().expect("headstart runs")
}

fn headstart(arguments: &[&str], directory: &Path) -> Output {
    run(env!("CARGO_BIN_EXE_headstart"), arguments, directory)
}

fn filters() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(&format!(r"{}/\.tmp\w+", std::env::temp_dir().display()), "[TEMPORARY]");
    settings
}

#[test]
fn a_project_is_analyzed_from_anywhere_in_it() {
    let root = project();
    let output = headstart(&["analyze"], &root.path().join("prices/src"));
    snapshot!(output, @r#"
    exit code: 0
    --- stdout
    prices: 100.7 KiB in 1 file, 100.7 KiB of it reached

    target/release/libprices.so, built from prices 1.2.0 with profile release
     section              kind          size    share  in memory 
     .debug_info          debug     97.7 KiB   97.0 %          - 
     .text                code       2.0 KiB    1.9 %    2.0 KiB 
     .rodata              data         300 B    0.3 %      300 B 
     .symtab              symbols      120 B    0.1 %          - 
     .strtab              symbols      109 B    0.1 %          - 
     .shstrtab            other         53 B    0.1 %          - 
     headers and padding               522 B    0.5 %          - 
     total                         100.7 KiB  100.0 %    2.2 KiB 

     crate      version     code    share  functions 
     prices     1.2.0      800 B   40.0 %          1 
     std                   600 B   30.0 %          1 
     serde                 300 B   15.0 %          1 
     [unknown]             200 B   10.0 %          0 
     [c]                   100 B    5.0 %          1 
     total               2.0 KiB  100.0 %          4 

    lambda, unzipped: code 100.7 KiB of 250.0 MiB (0.0 %)
    google, unzipped: code 100.7 KiB of 476.8 MiB (0.0 %)
    vercel, unzipped: code 100.7 KiB of 250.0 MiB (0.0 %)

    debug-symbols, 97.7 KiB: Shared objects or programs carry symbols for debuggers.
      1 object, 97.7 KiB
      `headstart slim --strip` takes them out of what Python and Node load, and loads each again; in Cargo `strip = "debuginfo"`

    release-profile: The profile in Cargo.toml leaves out options that make a binary smaller or faster to load.
      profile release: `lto` is off; "fat" leaves out code that crates do not use of each other
      profile release: `codegen-units` is not 1; fewer units are optimized together better
      profile release: `opt-level` is for speed; "s" makes less code, if the function does not compute much
      set them in the workspace's Cargo.toml, and measure
    --- stderr
    "#);
    let cargo = ["headstart", "analyze"];
    let same = run(env!("CARGO_BIN_EXE_cargo-headstart"), &cargo, &root.path().join("prices"));
    assert_eq!(same.stdout, output.stdout, "{}", shown(&same));
    let named = headstart(&["analyze", "--manifest-path", "prices/Cargo.toml", "-p", "prices"], root.path());
    assert_eq!(named.stdout, output.stdout, "{}", shown(&named));
    let few = headstart(&["analyze", "--top", "1"], &root.path().join("prices"));
    let text = String::from_utf8(few.stdout).unwrap();
    assert!(text.contains("and 5 more") && text.contains("and 4 more"), "{text}");
}

#[test]
fn the_report_for_programs_adds_up() {
    let root = project();
    let report = json(&headstart(&["analyze", "prices", "--format", "json"], root.path()));
    let binary = &report["binary"];
    assert_eq!(report["runtime"], "native");
    assert_eq!((&binary["package"], &binary["profile"]), (&"prices".into(), &"release".into()));
    let sum = |list: &Value| list.as_array().unwrap().iter().map(|it| it["bytes"].as_u64().unwrap()).sum::<u64>();
    assert_eq!(sum(&binary["sections"]) + binary["other_bytes"].as_u64().unwrap(), binary["bytes"]);
    assert_eq!(binary["bytes"], report["bytes"]);
    assert_eq!(sum(&binary["code"]), 2000);
    let own = binary["code"].as_array().unwrap().iter().find(|it| it["crate"] == "prices").unwrap();
    let expected = serde_json::json!({
        "section": ".text", "crate": "prices", "versions": ["1.2.0"], "bytes": 800, "functions": 1,
    });
    assert_eq!(own, &expected);
}

#[test]
fn the_other_forms_of_the_report_show_it() {
    let root = project();
    let text = |format: &str| {
        let output = headstart(&["analyze", "prices", "--format", format], root.path());
        assert!(output.status.success(), "{}", shown(&output));
        String::from_utf8(output.stdout).unwrap()
    };
    insta::assert_snapshot!(text("tree"), @r"
    100.7 KiB prices
    └─ 100.7 KiB  100.0 %  libprices.so/
       ├─  97.7 KiB  97.0 %  .debug_info
       ├─   2.0 KiB   1.9 %  .text/
       │  └─   2.0 KiB   1.9 %  and 5 more
       └─   1.1 KiB   1.1 %  and 5 more
    ");
    insta::assert_snapshot!(text("github"), @r#"
    ::notice title=debug-symbols,file=libprices.so::Shared objects or programs carry symbols for debuggers. 1 object (97.7 KiB) Hint: `headstart slim --strip` takes them out of what Python and Node load, and loads each again; in Cargo `strip = "debuginfo"`
    ::notice title=release-profile::The profile in Cargo.toml leaves out options that make a binary smaller or faster to load. profile release: `lto` is off; "fat" leaves out code that crates do not use of each other Hint: set them in the workspace's Cargo.toml, and measure
    ::notice title=release-profile::The profile in Cargo.toml leaves out options that make a binary smaller or faster to load. profile release: `codegen-units` is not 1; fewer units are optimized together better Hint: set them in the workspace's Cargo.toml, and measure
    ::notice title=release-profile::The profile in Cargo.toml leaves out options that make a binary smaller or faster to load. profile release: `opt-level` is for speed; "s" makes less code, if the function does not compute much Hint: set them in the workspace's Cargo.toml, and measure
    "#);
    let page = text("html");
    assert!(page.contains(r#"["[c]",100,100]"#), "the treemap has no crates");
    let sarif: Value = serde_json::from_str(&text("sarif")).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert!(results.iter().any(|it| it["ruleId"] == "debug-symbols"), "{results:?}");
}

#[test]
fn growth_is_told_by_crate() {
    let root = project();
    let base = headstart(&["analyze", "prices", "--format", "json"], root.path());
    let mut report = json(&base);
    for code in report["binary"]["code"].as_array_mut().unwrap() {
        if code["crate"] == "serde" {
            code["bytes"] = 100.into();
        }
    }
    fs::write(root.path().join("base.json"), report.to_string()).unwrap();
    let output = headstart(&["analyze", "prices", "--format", "github", "--compare", "base.json"], root.path());
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("crate serde: +200 B"), "{told}");
}

#[test]
fn a_trace_has_the_binary_and_what_lies_beside() {
    let root = project();
    snapshot!(headstart(&["trace", "prices"], root.path()), @r"
    exit code: 0
    --- stdout
    libprices.so
    --- stderr
    ");
    let package = root.path().join("package");
    fs::create_dir(&package).unwrap();
    fs::write(package.join("bootstrap"), object()).unwrap();
    fs::write(package.join("model.bin"), "weights").unwrap();
    snapshot!(headstart(&["trace", "package"], root.path()), @r"
    exit code: 0
    --- stdout
    bootstrap
    model.bin
    --- stderr
    ");
    snapshot!(headstart(&["trace", "package", "--why", "model.bin"], root.path()), @r"
    exit code: 0
    --- stdout
    model.bin  data by bootstrap
    bootstrap  entry
    --- stderr
    ");
}

#[test]
fn slimming_says_that_it_is_a_copy() {
    let root = project();
    snapshot!(headstart(&["slim", "prices", "--no-events", "--out", "out"], root.path()), @r"
    exit code: 0
    --- stdout
    [TEMPORARY]/out: 100.9 KiB in 2 files, 100.7 KiB before (0 % smaller)
    --- stderr
    warning: kept-whole: every file was copied as it is; only `strip` and another build make the binary smaller
    ");
    assert_eq!(fs::read(root.path().join("out/libprices.so")).unwrap(), object());
}

#[test]
fn what_cannot_be_done_is_told() {
    let root = project();
    snapshot!(headstart(&["profile", "prices"], root.path()), @r"
    exit code: 2
    --- stdout

    --- stderr
    error: failed to profile the function: a native function has no modules to time [system.unsupported]
    hint: `headstart analyze` tells where its bytes are, `headstart bench` how long it takes to start
    ");
    fs::remove_dir_all(root.path().join("prices/target")).unwrap();
    snapshot!(headstart(&["analyze", "prices"], root.path()), @r"
    exit code: 2
    --- stdout

    --- stderr
    error: failed to find what the Cargo project built: there is no libprices.so (package: prices, path: [TEMPORARY]/prices) [package.not_built]
    hint: run `cargo build --release --package prices`
    ");
    snapshot!(headstart(&["analyze", "prices", "-p", "absent"], root.path()), @r"
    exit code: 2
    --- stdout

    --- stderr
    error: failed to find the function of the Cargo project: the workspace has no such package (package: absent, path: [TEMPORARY]/prices) [config.invalid]
    hint: its packages are prices
    ");
    snapshot!(headstart(&["analyze", "--manifest-path", "prices"], root.path()), @r"
    exit code: 2
    --- stdout

    --- stderr
    error: failed to find the Cargo project: it is no file that is called Cargo.toml (manifest: prices) [config.invalid]
    ");
    fs::write(root.path().join("broken.so"), &object()[..80]).unwrap();
    snapshot!(headstart(&["analyze", "broken.so"], root.path()), @r"
    exit code: 0
    --- stdout
    broken.so: 80 B in 1 file, 80 B of it reached

     package   version  size    share  reached  files 
     own code           80 B  100.0 %     80 B      1 
     total              80 B  100.0 %     80 B      1 

    lambda, unzipped: code 80 B of 250.0 MiB (0.0 %)
    google, unzipped: code 80 B of 476.8 MiB (0.0 %)
    vercel, unzipped: code 80 B of 250.0 MiB (0.0 %)

    damaged-object: A shared object is damaged; it is kept, and what it needs is not known.
      broken.so: Invalid ELF section header offset/size/alignment
      build or install it again
    --- stderr
    ");
}
