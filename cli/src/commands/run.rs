//! `headstart run`: one invocation through a host.

use super::SCHEMA_VERSION;
use crate::arguments::{Format, RunArguments, TierArgument};
use crate::{Outcome, talk, target};
use headstart::config::FunctionConfig;
use headstart::error::Output;
use headstart::preload::IN_PACKAGE;
use headstart::{Code, Error, Function, Prewarm, Reply};
use serde_json::{Value, json};
use std::time::Duration;

/// How long an instance may take to end.
const GRACE: Duration = Duration::from_secs(2);

pub(crate) async fn run(arguments: RunArguments) -> Result<Outcome, Error> {
    match (invoke(&arguments).await, arguments.format) {
        (Ok(reply), Format::Text) => print_text(&reply),
        (Ok(reply), Format::Json) => talk::json(&as_json(&reply)).map(|()| Outcome::Fine),
        (Err(error), Format::Text) => {
            say_output(error.output());
            Err(error)
        }
        (Err(error), Format::Json) => {
            let output = error.output().cloned().unwrap_or_default();
            talk::json(&json!({
                "schema_version": SCHEMA_VERSION,
                "error": error.to_json(),
                "stdout": String::from_utf8_lossy(&output.stdout),
                "stderr": String::from_utf8_lossy(&output.stderr),
            }))?;
            Ok(Outcome::Told)
        }
    }
}

async fn invoke(arguments: &RunArguments) -> Result<Reply, Error> {
    let event = target::event(&arguments.target)?;
    let timeout = target::timeout(&arguments.target)?;
    let host = target::host().build().await?;
    let function = match arguments.zygotes {
        Some(_) => target::on_platform(&arguments.target)?,
        None => target::function(&arguments.target)?,
    };
    let function = match arguments.tier {
        TierArgument::Cold if arguments.zygotes.is_none() => function.without_image(),
        TierArgument::Image => with_image(arguments, function)?,
        _ => function,
    };
    let function = host.register(function).await?;
    if let Some(plan) = &arguments.zygotes {
        host.plant(super::zygotes::read(plan)?).await?;
    }
    match arguments.tier {
        TierArgument::Cold | TierArgument::Image => {}
        TierArgument::Stem => host.prewarm(&function, Prewarm::stem(1)).await?,
        TierArgument::Zygote => host.prewarm(&function, Prewarm::zygote()).await?,
        TierArgument::Warm => host.prewarm(&function, Prewarm::warm(1)).await?,
        TierArgument::Snapshot => host.prewarm(&function, Prewarm::snapshot()).await?,
        TierArgument::Frozen => host.prewarm(&function, Prewarm::frozen(1)).await?,
    }
    let reply = host.invoke(&function, event, timeout).await;
    host.stop(GRACE).await;
    reply
}

/// The function, which has to have an image.
fn with_image(arguments: &RunArguments, function: Function) -> Result<Function, Error> {
    let own = FunctionConfig::load(&arguments.target.path)?.image.unwrap_or_else(|| IN_PACKAGE.into());
    if arguments.target.image.is_some() || arguments.target.path.join(own).is_file() {
        return Ok(function);
    }
    Err(Error::new(Code::ConfigMissing, "run the function", "it has no init image")
        .hint("bake one with `headstart bake --in-package`, or name one with --image"))
}

fn print_text(reply: &Reply) -> Result<Outcome, Error> {
    say_output(reply.start_output());
    say_output(Some(reply.output()));
    let times = reply.timings();
    let phases = [
        ("interpreter", times.interpreter_us),
        ("launcher", times.launcher_us),
        ("preload", times.preload_us),
        ("import", times.import_us),
        ("hooks", times.hooks_us),
    ];
    let spent: Vec<_> = phases
        .iter()
        .filter(|(_, time)| *time > 0)
        .map(|(name, time)| format!("{name} {}", talk::time(*time)))
        .collect();
    let spent = if spent.is_empty() { String::new() } else { format!(" ({})", spent.join(", ")) };
    let line = format!(
        "{}: ready in {}{spent}, answered in {}\n",
        reply.tier(),
        talk::time(times.ready_us),
        talk::time(times.invoke_us)
    );
    talk::data(&[reply.payload(), b"\n"].concat())?;
    talk::say(line.as_bytes());
    Ok(Outcome::Fine)
}

/// Passes on what the function wrote.
fn say_output(output: Option<&Output>) {
    for stream in output.iter().flat_map(|output| [&output.stdout, &output.stderr]) {
        talk::say(stream);
    }
}

fn as_json(reply: &Reply) -> Value {
    let result: Value = serde_json::from_slice(reply.payload()).unwrap_or(Value::Null);
    let mut output = reply.start_output().cloned().unwrap_or_default();
    output.append(reply.output().clone());
    json!({
        "schema_version": SCHEMA_VERSION,
        "result": result,
        "tier": reply.tier(),
        "timings": reply.timings(),
        "stdout": String::from_utf8_lossy(&output.stdout),
        "stderr": String::from_utf8_lossy(&output.stderr),
    })
}
