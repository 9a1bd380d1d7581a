//! `headstart serve`: the host as a server.

mod front;
mod signals;

use crate::arguments::ServeArguments;
use crate::traces::Traces;
use crate::{Outcome, talk, target};
use headstart::adapters::serve::Server;
use headstart::config::environment;
use headstart::{Code, Error};
use signals::Signals;

pub(crate) fn run(arguments: ServeArguments, verbose: u8) -> Result<Outcome, Error> {
    // Dropped last, when all spans are there.
    let traces = Traces::start()?;
    talk::start_serving_logs(verbose, arguments.log_format, traces.as_ref());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(failed)?;
    match arguments.platform {
        Some(platform) => runtime.block_on(front::serve(platform, arguments)),
        None => runtime.block_on(serve(arguments)),
    }
}

async fn serve(arguments: ServeArguments) -> Result<Outcome, Error> {
    let signals = Signals::listen()?;
    let server = prepare(arguments).await?;
    let functions = server.functions();
    talk::say(
        format!("serving {} on http://{}\n", talk::count(functions.len(), "function"), server.address()).as_bytes(),
    );
    for name in functions {
        talk::say(format!("  {name}\n").as_bytes());
    }
    let (until, again) = signals.split();
    tokio::select! {
        () = server.run(until) => Ok(Outcome::Fine),
        // Dropping the server ends its workers.
        () = again => Err(interrupted()),
    }
}

fn interrupted() -> Error {
    Error::new(Code::HostStopped, "finish", "interrupted")
}

async fn prepare(arguments: ServeArguments) -> Result<Server, Error> {
    let concurrency = usize::try_from(arguments.concurrency).unwrap_or(usize::MAX);
    let mut host = target::host().idle_timeout(arguments.idle_timeout);
    host = host.max_workers(arguments.max_workers.unwrap_or(concurrency));
    if let Some(idle) = arguments.freeze_after {
        host = host.freeze_after(idle);
    }
    let mut server = Server::builder(host).listen(arguments.listen).concurrency(concurrency).drain(arguments.drain);
    for directory in arguments.directories {
        server = server.directory(directory);
    }
    for (name, count) in arguments.provisioned {
        server = server.provision(name, count);
    }
    if let Some(token) = arguments.token.or_else(environment::token) {
        server = server.token(token);
    }
    if let Some(id) = arguments.access_key {
        server = server.access_key(id, environment::secret_key().ok_or_else(without_secret)?);
    }
    if let Some(bytes) = arguments.memory_limit {
        server = server.memory_limit(bytes);
    }
    if arguments.insecure {
        server = server.insecure();
    }
    if arguments.watch {
        server = server.watch();
    }
    server.build().await
}

fn without_secret() -> Error {
    let text = format!("the secret of the access key is missing: {} is not set", environment::SECRET_KEY);
    Error::new(Code::ConfigMissing, "serve", text)
        .hint("callers sign with it; other users of a machine cannot read it there")
}

fn failed(error: std::io::Error) -> Error {
    Error::new(Code::SystemIo, "serve", error.to_string()).caused_by(error)
}
