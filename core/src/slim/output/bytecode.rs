//! Bytecode, compiled by the interpreter that will read it.

use super::options::BytecodeCheck;
use super::progress::{Progress, Step, step};
use super::stage::failed;
use crate::config::environment;
use crate::error::{Code, Error, Result};
use rayon::prelude::*;
use serde::Deserialize;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Run by the interpreter as it is.
const SCRIPT: &str = include_str!("../../../launchers/python/headstart_slim/compile.py");
/// How many sources one process compiles.
const BATCH: usize = 64;

/// A source that does not compile on this interpreter; it is deployed without bytecode.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Uncompiled {
    pub(super) file: PathBuf,
    pub(super) line: Option<u32>,
    pub(super) message: String,
}

/// Compiles `sources`, paths below `root`, in their place.
pub(crate) fn compile(
    interpreter: &Path,
    root: &Path,
    sources: &[PathBuf],
    check: BytecodeCheck,
    progress: &dyn Progress,
) -> Result<Vec<Uncompiled>> {
    let batches: Vec<_> = sources.chunks(BATCH).collect();
    progress.begin(Step::Compiling, batches.len() as u64);
    let compiled = batches.par_iter().map(|batch| {
        step(progress)?;
        one(interpreter, root, batch, check)
    });
    let outcomes: Vec<_> = compiled.collect::<Result<_>>()?;
    Ok(outcomes.concat())
}

fn one(interpreter: &Path, root: &Path, batch: &[PathBuf], check: BytecodeCheck) -> Result<Vec<Uncompiled>> {
    let about = |error: Error| error.during("compile bytecode").with("interpreter", interpreter.display());
    let mut command = Command::new(interpreter);
    command.args(["-I", "-S", "-B", "-c", SCRIPT]).env_clear().envs(environment::passed_on());
    // Marshalled sets have an order, which hashes decide.
    command.env("PYTHONHASHSEED", "0");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| about(failed(&error)))?;
    let order = serde_json::json!({"root": root, "checked": check == BytecodeCheck::Always, "files": batch});
    if let Some(mut stdin) = child.stdin.take() {
        // That it does not listen shows in how it ends.
        let _ = stdin.write_all(order.to_string().as_bytes());
    }
    let output = child.wait_with_output().map_err(|error| about(failed(&error)))?;
    if !output.status.success() {
        let words = String::from_utf8_lossy(&output.stderr);
        let last = words.lines().last().unwrap_or_default().to_owned();
        let text = format!("the interpreter ended with {}: {last}", output.status);
        return Err(about(Error::new(Code::RuntimeNotFound, "compile bytecode", text)));
    }
    let lines = output.stdout.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    Ok(lines.filter_map(|line| serde_json::from_slice(line).ok()).collect())
}
