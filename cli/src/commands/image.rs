//! `headstart image`: what is in an init image.

use super::SCHEMA_VERSION;
use crate::arguments::{Format, ImageArguments};
use crate::{Outcome, talk};
use comfy_table::{CellAlignment, Table, presets};
use headstart::Error;
use headstart::preload::Image;
use serde_json::json;

pub(crate) fn run(arguments: &ImageArguments) -> Result<Outcome, Error> {
    let image = Image::open(&arguments.file)?;
    image.check_data().map_err(|error| error.with("file", arguments.file.display()))?;
    match arguments.format {
        Format::Text => talk::data(as_text(&image).as_bytes())?,
        Format::Json => {
            let entries: Vec<_> =
                image.entries().map(|it| json!({"name": it.name(), "kind": it.kind(), "bytes": it.size()})).collect();
            talk::json(&json!({
                "schema_version": SCHEMA_VERSION,
                "bytes": image.size(),
                "identity": image.identity(),
                "entries": entries,
            }))?;
        }
    }
    Ok(Outcome::Fine)
}

fn as_text(image: &Image) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["entry", "kind", "bytes"]);
    if let Some(column) = table.column_mut(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    for entry in image.entries() {
        table.add_row([entry.name().to_owned(), entry.kind().name().to_owned(), entry.size().to_string()]);
    }
    let of = |field: &str| image.identity()[field].as_str().unwrap_or("-").to_owned();
    format!(
        "for: {}\nsources are checked by: {}\nsize: {}\n\n{table}\n",
        of("interpreter"),
        of("check"),
        talk::bytes(image.size())
    )
}
