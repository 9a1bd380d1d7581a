//! `headstart completions SHELL`.

use crate::arguments::Cli;
use crate::{Outcome, talk};
use clap::CommandFactory;
use clap_complete::{Shell, generate};
use headstart::Error;

pub(crate) fn run(shell: Shell) -> Result<Outcome, Error> {
    let mut script = Vec::new();
    generate(shell, &mut Cli::command(), "headstart", &mut script);
    talk::data(&script)?;
    Ok(Outcome::Fine)
}
