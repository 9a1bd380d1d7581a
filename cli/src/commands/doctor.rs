//! `headstart doctor`: what this machine supports.

use super::SCHEMA_VERSION;
use crate::arguments::{DoctorArguments, Format};
use crate::{Outcome, talk, target};
use comfy_table::{Table, presets};
use headstart::Error;
use headstart::snapshot::Criu;
use headstart::sys::machine::{self, Primitive};
use serde_json::json;

/// A runtime, and the interpreter that was found for it.
struct Found {
    runtime: &'static str,
    outcome: Result<headstart::instance::Interpreter, Error>,
}

pub(crate) async fn run(arguments: DoctorArguments) -> Result<Outcome, Error> {
    let host = target::host().build().await?;
    let mut found = Vec::new();
    for runtime in ["python", "nodejs", "native"] {
        found.push(Found { runtime, outcome: host.interpreter(runtime).await });
    }
    let mut primitives = machine::primitives();
    let criu = Criu::find();
    primitives.push(snapshots(&criu));
    match arguments.format {
        Format::Json => print_json(&found, &primitives)?,
        Format::Text => print_text(&found, &primitives, hint(&criu))?,
    }
    let usable = found.iter().any(|it| it.outcome.is_ok()) && required(&primitives).all(|it| it.available);
    Ok(if usable { Outcome::Fine } else { Outcome::CheckFailed })
}

fn snapshots(criu: &Result<Criu, Error>) -> Primitive {
    let detail = match criu {
        Ok(criu) => format!("CRIU {} at {}", criu.version(), criu.program().display()),
        Err(error) => error.message().to_owned(),
    };
    Primitive { name: "criu", available: criu.is_ok(), detail, needed_for: "snapshots" }
}

fn hint(criu: &Result<Criu, Error>) -> Option<String> {
    match criu {
        Ok(criu) => criu.shortcoming(),
        Err(error) => error.hint_text().map(str::to_owned),
    }
}

/// Without these no worker runs at all; the others cost a tier.
fn required(primitives: &[Primitive]) -> impl Iterator<Item = &Primitive> {
    primitives.iter().filter(|it| it.needed_for.starts_with("workers"))
}

fn print_json(found: &[Found], primitives: &[Primitive]) -> Result<(), Error> {
    let runtimes: Vec<_> = found
        .iter()
        .map(|Found { runtime, outcome }| match outcome {
            Ok(interpreter) => json!({"runtime": runtime, "available": true, "interpreter": interpreter}),
            Err(error) => json!({"runtime": runtime, "available": false, "error": error.to_json()}),
        })
        .collect();
    talk::json(&json!({"schema_version": SCHEMA_VERSION, "runtimes": runtimes, "primitives": primitives}))
}

fn print_text(found: &[Found], primitives: &[Primitive], criu_hint: Option<String>) -> Result<(), Error> {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(["", "what", "found", "needed for"]);
    let mut hints = Vec::new();
    for Found { runtime, outcome } in found {
        let (mark, text) = match outcome {
            Ok(interpreter) => ("ok", format!("{} at {}", interpreter.version, interpreter.program.display())),
            Err(error) => {
                hints.extend(error.hint_text().map(|hint| format!("{runtime}: {hint}")));
                ("--", error.message().to_owned())
            }
        };
        table.add_row([mark, runtime, &text, &format!("functions of runtime {runtime}")]);
    }
    for primitive in primitives {
        let mark = if primitive.available { "ok" } else { "--" };
        table.add_row([mark, primitive.name, &primitive.detail, primitive.needed_for]);
    }
    hints.extend(criu_hint.map(|hint| format!("snapshots: {hint}")));
    talk::data(format!("{table}\n").as_bytes())?;
    for hint in hints {
        talk::say(format!("hint: {hint}\n").as_bytes());
    }
    Ok(())
}
