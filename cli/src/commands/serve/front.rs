//! `headstart serve --as`: what another platform asks of a container.

use super::signals::Signals;
use super::{failed, interrupted};
use crate::arguments::ServeArguments;
use crate::{Outcome, talk, target};
use headstart::adapters;
use headstart::adapters::front::{Front, Platform};
use headstart::error::Output;
use headstart::{Code, Error};
use std::net::SocketAddr;
use tokio::net::TcpListener;

pub(super) async fn serve(platform: Platform, arguments: ServeArguments) -> Result<Outcome, Error> {
    check(arguments.listen, arguments.insecure)?;
    let signals = Signals::listen()?;
    let drain = arguments.drain;
    let listener = TcpListener::bind(arguments.listen).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let front = prepare(platform, arguments).await?;
    talk::say(format!("answering {platform} on http://{address}\n").as_bytes());
    let (until, again) = signals.split();
    tokio::select! {
        () = front.serve(listener, until, drain) => Ok(Outcome::Fine),
        () = again => Err(interrupted()),
    }
}

async fn prepare(platform: Platform, arguments: ServeArguments) -> Result<Front, Error> {
    let mut host = target::host().idle_timeout(arguments.idle_timeout);
    if let Some(idle) = arguments.freeze_after {
        host = host.freeze_after(idle);
    }
    if let Some(most) = arguments.max_workers {
        host = host.max_workers(most);
    }
    let host = host.build().await?;
    let function = match &arguments.directories[..] {
        [] if platform.brings_code() => None,
        [directory] if !platform.brings_code() => {
            let function = adapters::function(directory)?;
            let limited = arguments.memory_limit.into_iter().fold(function, headstart::Function::memory_limit);
            Some(host.register(limited).await?)
        }
        _ => return Err(wrong_directories(platform)),
    };
    let front = Front::new(platform, host).logs(pass_on);
    let front = arguments.runtime.into_iter().fold(front, Front::runtime);
    Ok(function.into_iter().fold(front, Front::function))
}

/// Where platforms look for a function's log.
fn pass_on(output: &Output) {
    // Whoever reads it may have gone; the function's answer does not depend on it.
    let _ = talk::data(&output.stdout);
    talk::say(&output.stderr);
}

/// The platform is not asked who it is: in its container nobody else should be able to ask.
fn check(listen: SocketAddr, insecure: bool) -> Result<(), Error> {
    if listen.ip().is_loopback() || insecure {
        return Ok(());
    }
    let text = format!("{listen} can be reached from other machines, and callers are not asked who they are");
    Err(Error::new(Code::ConfigInvalid, "serve", text)
        .hint("in a container that only its platform reaches, add --insecure"))
}

fn wrong_directories(platform: Platform) -> Error {
    let text = if platform.brings_code() {
        format!("{platform} brings its code: no directory is served")
    } else {
        format!("{platform} asks for one function: name its directory")
    };
    Error::new(Code::ConfigInvalid, "serve", text)
}
