//! `headstart cache`: what the node's caches hold, and emptying them.

use super::SCHEMA_VERSION;
use crate::arguments::{CacheArguments, Format};
use crate::{Outcome, talk};
use comfy_table::{CellAlignment, Table, presets};
use headstart::cache::{self, Usage};
use headstart::config::environment;
use headstart::{Code, Error};
use serde_json::json;

pub(crate) fn run(arguments: CacheArguments) -> Result<Outcome, Error> {
    let CacheArguments { directory, name, clear, format } = arguments;
    let directory = directory.or_else(environment::cache_dir).ok_or_else(|| {
        Error::new(Code::ConfigMissing, "find the caches", "there is no home directory")
            .hint(format!("pass --directory or set {}", environment::CACHE_DIR))
    })?;
    let found = if clear { cache::clear(&directory, name.as_deref()) } else { cache::usage(&directory) };
    let mut found = found.map_err(|error| {
        Error::new(Code::SystemIo, "look into the caches", error.to_string()).with("directory", directory.display())
    })?;
    found.retain(|it| name.as_ref().is_none_or(|name| it.name == *name));
    match format {
        Format::Json => talk::json(&json!({
            "schema_version": SCHEMA_VERSION, "directory": directory, "cleared": clear, "caches": found,
        }))?,
        Format::Text if found.is_empty() => {
            talk::say(format!("nothing is cached in {}\n", directory.display()).as_bytes());
        }
        Format::Text => talk::data(table(&found, clear).as_bytes())?,
    }
    Ok(Outcome::Fine)
}

fn table(found: &[Usage], cleared: bool) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    let entries = if cleared { "entries removed" } else { "entries" };
    table.set_header(["function", "cache", entries, "size", "hits", "misses", "stale", "waits", "evictions", "errors"]);
    for column in table.column_iter_mut().skip(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    for Usage { name, namespace, statistics: done, .. } in found {
        let counts = [
            done.process_hits + done.node_hits,
            done.misses,
            done.stale,
            done.waits,
            done.evictions,
            done.errors + done.damaged,
        ];
        let first =
            [name.clone(), namespace.chars().take(8).collect(), done.entries.to_string(), talk::bytes(done.bytes)];
        table.add_row(first.into_iter().chain(counts.iter().map(u64::to_string)));
    }
    format!("{table}\n")
}
