//! A native function's binary: its file by section, its code by crate.

use super::Subject;
use super::table::{share, table_of};
use crate::{subject, talk};
use headstart::slim::binary::{Binary, Code, Section, Symbols};
use serde_json::{Value, json};

/// What bytes of no section are called.
pub(super) const OTHER: &str = "headers and padding";

/// Two tables: sections, and crates where symbols tell them; `top` lines of each.
pub(super) fn tables(subject: &Subject, binary: &Binary, top: usize) -> String {
    let mut text = heading(subject);
    text += &sections(binary, top);
    if binary.symbols == Symbols::Present {
        text += "\n";
        text += &crates(binary, top);
    }
    let beside = subject.analysis.files.saturating_sub(1);
    if beside > 0 {
        let whole = subject.analysis.bytes + subject.analysis.layer_bytes.iter().sum::<u64>();
        let bytes = talk::bytes(whole.saturating_sub(binary.bytes));
        text += &format!("\nbeside it: {bytes} in {}\n", talk::count(beside, "file"));
    }
    text
}

/// `target/release/libprices.so, built from prices 0.1.0 with profile release`.
fn heading(subject: &Subject) -> String {
    let file = subject.package.binary().map(|file| subject::name(&subject.package, file)).unwrap_or_default();
    match subject.package.cargo() {
        Some(project) => {
            let path = project.artifact.strip_prefix(&project.directory).unwrap_or(&project.artifact).display();
            format!("{path}, built from {} {} with profile {}\n", project.package, project.version, project.profile)
        }
        None => format!("{file}\n"),
    }
}

fn sections(binary: &Binary, top: usize) -> String {
    let mut table = table_of(&["section", "kind", "size", "share", "in memory"], 2);
    let mut row = |name: &str, kind: &str, bytes: u64, memory: u64| {
        let memory = if memory > 0 { talk::bytes(memory) } else { "-".into() };
        let (name, kind) = (name.to_owned(), kind.to_owned());
        table.add_row([name, kind, talk::bytes(bytes), share(bytes, binary.bytes), memory]);
    };
    for section in binary.sections.iter().take(top) {
        row(&section.name, section.kind.name(), section.bytes, section.memory_bytes);
    }
    let rest = binary.sections.get(top..).unwrap_or_default();
    let sum = |sections: &[Section], of: fn(&Section) -> u64| sections.iter().map(of).sum::<u64>();
    let memory = |section: &Section| section.memory_bytes;
    if !rest.is_empty() {
        row(&format!("and {} more", rest.len()), "", sum(rest, |it| it.bytes), sum(rest, memory));
    }
    row(OTHER, "", binary.other_bytes, 0);
    row("total", "", binary.bytes, sum(&binary.sections, memory));
    format!("{table}\n")
}

fn crates(binary: &Binary, top: usize) -> String {
    let crates = binary.crates();
    let whole: u64 = crates.iter().map(|it| it.bytes).sum();
    let mut table = table_of(&["crate", "version", "code", "share", "functions"], 2);
    let mut row = |name: &str, version: &str, bytes: u64, functions: usize| {
        let functions = functions.to_string();
        table.add_row([name.to_owned(), version.to_owned(), talk::bytes(bytes), share(bytes, whole), functions]);
    };
    for it in crates.iter().take(top) {
        row(&it.name, &it.versions.join(", "), it.bytes, it.functions);
    }
    let rest = crates.get(top..).unwrap_or_default();
    let functions = |crates: &[Code]| crates.iter().map(|it| it.functions).sum();
    if !rest.is_empty() {
        row(&format!("and {} more", rest.len()), "", rest.iter().map(|it| it.bytes).sum(), functions(rest));
    }
    row("total", "", whole, functions(&crates));
    format!("{table}\n")
}

/// The file's bytes as paths and sizes, for trees: sections, and below those of code the crates.
pub(super) fn pieces(binary: &Binary) -> Vec<(Vec<String>, u64)> {
    let is_divided = |section: &Section| {
        binary.symbols == Symbols::Present && binary.code.iter().any(|code| code.section == section.name)
    };
    let whole = binary.sections.iter().filter(|it| !is_divided(it)).map(|it| (vec![it.name.clone()], it.bytes));
    let code = binary.code.iter().filter(|_| binary.symbols == Symbols::Present);
    let code = code.map(|it| (vec![it.section.clone(), it.name.clone()], it.bytes));
    let pieces = whole.chain(code).chain([(vec![OTHER.to_owned()], binary.other_bytes)]);
    pieces.filter(|(_, bytes)| *bytes > 0).collect()
}

/// The binary for programs.
pub(super) fn json(subject: &Subject, binary: &Binary) -> Value {
    let section = |it: &Section| json!({"name": it.name, "kind": it.kind.name(), "bytes": it.bytes, "memory_bytes": it.memory_bytes});
    let code = |it: &Code| {
        json!({
            "section": it.section,
            "crate": it.name,
            "versions": it.versions,
            "bytes": it.bytes,
            "functions": it.functions,
        })
    };
    let project = subject.package.cargo();
    json!({
        "file": subject.package.binary().map(|file| subject::name(&subject.package, file)),
        "bytes": binary.bytes,
        "package": project.map(|it| &it.package),
        "version": project.map(|it| &it.version),
        "profile": project.map(|it| &it.profile),
        "has_symbols": binary.symbols == Symbols::Present,
        "sections": binary.sections.iter().map(section).collect::<Vec<_>>(),
        "other_bytes": binary.other_bytes,
        "code": binary.code.iter().map(code).collect::<Vec<_>>(),
    })
}
