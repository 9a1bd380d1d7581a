//! For reading: where the bytes are, what platforms allow, what can go.

use super::{Checked, Subject, check, native};
use crate::{subject, talk};
use anstyle::{AnsiColor, Style};
use comfy_table::{CellAlignment, Table, presets};
use headstart::slim::{Finding, Level};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const RED: Style = AnsiColor::Red.on_default();
const YELLOW: Style = AnsiColor::Yellow.on_default();
const CYAN: Style = AnsiColor::Cyan.on_default();

/// The report as text; `top` lines of each list.
pub(crate) fn table(subject: &Subject, top: usize) -> String {
    let analysis = &subject.analysis;
    let reached = analysis.reached_bytes.map(|bytes| format!(", {} of it reached", talk::bytes(bytes)));
    let mut text = format!(
        "{BOLD}{}{BOLD:#}: {} in {}{}\n\n",
        subject.name(),
        talk::bytes(analysis.bytes),
        talk::count(analysis.files, "file"),
        reached.unwrap_or_default()
    );
    text += &match &analysis.binary {
        Some(binary) => native::tables(subject, binary, top),
        None => parts(subject, top),
    };
    text += "\n";
    for checked in check(subject) {
        text += &limit(&checked);
    }
    text + &findings(subject, top)
}

fn parts(subject: &Subject, top: usize) -> String {
    let analysis = &subject.analysis;
    let total = analysis.bytes + analysis.layer_bytes.iter().sum::<u64>();
    let has_time = analysis.parts.iter().any(|part| part.init_us.is_some());
    let mut header = vec!["package", "version", "size", "share", "reached", "files"];
    header.extend(has_time.then_some("init"));
    let mut table = table_of(&header, 2);
    let mut row = |name: &str, version: &str, bytes: u64, reached: u64, files: usize, time: Option<u64>| {
        let reached = if subject.trace.is_some() { talk::bytes(reached) } else { "-".into() };
        let mut cells = vec![
            name.to_owned(),
            version.to_owned(),
            talk::bytes(bytes),
            share(bytes, total),
            reached,
            files.to_string(),
        ];
        cells.extend(has_time.then(|| time.map_or_else(|| "-".into(), talk::time)));
        table.add_row(cells);
    };
    for part in analysis.parts.iter().take(top) {
        row(&part.name, &part.version, part.bytes, part.reached_bytes, part.files, part.init_us);
    }
    let rest = analysis.parts.get(top..).unwrap_or_default();
    if !rest.is_empty() {
        let sum = |pick: fn(&headstart::slim::Part) -> u64| rest.iter().map(pick).sum();
        let files = rest.iter().map(|part| part.files).sum();
        row(&format!("and {} more", rest.len()), "", sum(|it| it.bytes), sum(|it| it.reached_bytes), files, None);
    }
    let time = has_time.then(|| analysis.parts.iter().filter_map(|part| part.init_us).sum());
    row("total", "", total, analysis.reached_bytes.unwrap_or(0), analysis.files, time);
    format!("{table}\n")
}

/// A table with these heads; columns from `numbers` on are aligned to the right.
pub(super) fn table_of(header: &[&str], numbers: usize) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(header);
    for column in table.column_iter_mut().skip(numbers) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

#[expect(clippy::cast_precision_loss, reason = "one digit after the point is printed")]
pub(super) fn share(part: u64, whole: u64) -> String {
    format!("{:.1} %", part as f64 / whole.max(1) as f64 * 100.0)
}

/// `lambda, unzipped: code 146.3 MiB + layer 10.0 MiB = 156.3 MiB of 250.0 MiB`.
fn limit(checked: &Checked) -> String {
    let what = if checked.limit.is_zipped { "zipped" } else { "unzipped" };
    let named = |(at, bytes): (usize, &u64)| {
        let name = if at == 0 { "code".to_owned() } else { format!("layer {at}") };
        format!("{name} {}", talk::bytes(*bytes))
    };
    let parts: Vec<_> = checked.parts.iter().enumerate().map(named).collect();
    let sum = if parts.len() > 1 { format!(" = {}", talk::bytes(checked.used())) } else { String::new() };
    let over = if checked.is_over() { format!("  {RED}over the limit{RED:#}") } else { String::new() };
    let (name, most) = (checked.limit.platform.name(), talk::bytes(checked.limit.bytes));
    format!(
        "{name}, {what}: {}{sum} of {most} ({}){over}\n",
        parts.join(" + "),
        share(checked.used(), checked.limit.bytes)
    )
}

fn findings(subject: &Subject, top: usize) -> String {
    let all = &subject.analysis.findings;
    let mut text = String::new();
    let mut rules: Vec<_> = all.iter().map(|finding| finding.rule).collect();
    rules.dedup();
    let mut seen = Vec::new();
    for rule in rules {
        if seen.contains(&rule) {
            continue;
        }
        seen.push(rule);
        let of_rule: Vec<&Finding> = all.iter().filter(|finding| finding.rule == rule).collect();
        let saving: u64 = of_rule.iter().map(|finding| finding.saving_bytes).sum();
        let saving = if saving > 0 { format!(", {}", talk::bytes(saving)) } else { String::new() };
        let style = match rule.level() {
            Level::Error => RED,
            Level::Warning => YELLOW,
            Level::Note => CYAN,
        };
        text += &format!("\n{style}{rule}{style:#}{saving}: {}\n", rule.meaning());
        for finding in of_rule.iter().take(top) {
            text += &format!("  {}\n", told(subject, finding));
        }
        if of_rule.len() > top {
            text += &format!("  and {} more\n", of_rule.len() - top);
        }
        text += &format!("  {DIM}{}{DIM:#}\n", rule.advice());
    }
    text
}

fn told(subject: &Subject, finding: &Finding) -> String {
    // Of several files that could go, their number says more than the first one's name.
    let place = if finding.files.is_empty() { subject::place(&subject.package, finding) } else { String::new() };
    let bytes =
        if finding.saving_bytes > 0 { format!(", {}", talk::bytes(finding.saving_bytes)) } else { String::new() };
    let time = finding.saving_us.map(|time| format!(", {}", talk::time(time))).unwrap_or_default();
    format!("{place}{}{bytes}{time}", finding.message)
}
