//! The life of a worker: welcome, specialize, invoke, end.

use crate::library::Handler;
use crate::{hooks, microseconds, preload, zygote};
use headstart::bootstrap::blocking::Channel;
use headstart::bootstrap::message::{self, BeforeSnapshot, Failure, Phases, Ready, Specialize, Welcome};
use headstart::bootstrap::{Frame, Invocation, Kind, Role, VERSIONS};
use headstart::error::{Code, Error, Result};
use headstart::sys::environment;
use std::time::Instant;

/// Characters of an error's text that are reported; each may take six bytes in JSON.
const MOST_OF_A_MESSAGE: usize = 16 << 10;

/// Answers `welcome` and goes on in the role that it names.
pub(crate) fn welcome(mut channel: Channel, launcher: u64) -> Result<()> {
    let Some(frame) = channel.receive()? else { return Ok(()) };
    let welcome: Welcome = message::decode(frame.kind, &frame.body)?;
    if !VERSIONS.contains(&welcome.version) {
        let text = format!("this launcher does not speak version {}", welcome.version);
        return report(&mut channel, frame.request, &Error::new(Code::VersionUnsupported, "agree on a version", text));
    }
    channel.agree(welcome.role, welcome.max_payload);
    let begun = Instant::now();
    let preloaded = preload::load(&welcome.preload.unwrap_or_default());
    let mut ready = Ready {
        state: if welcome.role == Role::Zygote { "zygote" } else { "stem" }.into(),
        timings_us: Phases { launcher, preload: microseconds(begun), ..Phases::default() },
        preload_failed: preloaded.failures,
        ..Ready::default()
    };
    if welcome.role == Role::Zygote {
        ready.warnings = zygote::warnings(&preloaded.threads);
    }
    reply(&mut channel, frame.request, &ready)?;
    match welcome.role {
        Role::Worker => stem(channel),
        Role::Zygote => match zygote::serve(channel, &preloaded.threads)? {
            Some(child) => stem(child),
            None => Ok(()),
        },
    }
}

fn stem(mut channel: Channel) -> Result<()> {
    let Some(frame) = channel.receive()? else { return Ok(()) };
    if frame.kind == Kind::Shutdown {
        return Ok(());
    }
    let specialize: Specialize = message::decode(frame.kind, &frame.body)?;
    let begun = Instant::now();
    match become_function(&specialize) {
        Ok(handler) => {
            let timings_us = Phases { import: microseconds(begun), ..Phases::default() };
            let ready = Ready { state: "instance".into(), timings_us, ..Ready::default() };
            reply(&mut channel, frame.request, &ready)?;
            instance(channel, &handler)
        }
        Err(error) => report(&mut channel, frame.request, &error),
    }
}

fn become_function(specialize: &Specialize) -> Result<Handler> {
    let failed = |error: std::io::Error| {
        Error::new(Code::ImportFailed, "put the process right", error.to_string()).caused_by(error)
    };
    if let Some(variables) = &specialize.environment {
        environment::replace(variables).map_err(failed)?;
    }
    std::env::set_current_dir(&specialize.path).map_err(failed)?;
    Handler::load(&specialize.path, &specialize.entry.parse()?)
}

fn instance(mut channel: Channel, handler: &Handler) -> Result<()> {
    while let Some(frame) = channel.receive()? {
        match frame.kind {
            Kind::Invoke => invoke(&mut channel, handler, &frame)?,
            Kind::Shutdown => {
                hooks::run(handler, Kind::Shutdown, &mut |_| Ok(()))?;
                environment::flush_c_streams();
                return Ok(());
            }
            kind => {
                let ready = hooks::ready(&mut channel, handler, kind)?;
                reply(&mut channel, frame.request, &ready)?;
                if kind == Kind::BeforeSnapshot {
                    park(&mut channel, &frame)?;
                }
            }
        }
    }
    Ok(())
}

fn park(channel: &mut Channel, frame: &Frame) -> Result<()> {
    let order: BeforeSnapshot = message::decode(frame.kind, &frame.body)?;
    order.park.map_or(Ok(()), |files| channel.park(&files))
}

fn invoke(channel: &mut Channel, handler: &Handler, frame: &Frame) -> Result<()> {
    let outcome = handler.call(&Invocation::decode(&frame.body)?, frame.request);
    environment::flush_c_streams();
    match outcome {
        Ok(result) if result.len() <= channel.limits().max_payload() as usize => {
            channel.send(Kind::Result, frame.request, &result)
        }
        Ok(result) => {
            let text =
                format!("the result has {} bytes, the limit is {}", result.len(), channel.limits().max_payload());
            report(channel, frame.request, &Error::new(Code::PayloadTooLarge, "hand over the result", text))
        }
        Err(error) => report(channel, frame.request, &error),
    }
}

fn reply(channel: &mut Channel, request: u64, ready: &Ready) -> Result<()> {
    environment::flush_c_streams();
    channel.send(Kind::Ready, request, &message::encode(ready))
}

fn report(channel: &mut Channel, request: u64, error: &Error) -> Result<()> {
    environment::flush_c_streams();
    let message: String = error.message().chars().take(MOST_OF_A_MESSAGE).collect();
    let failure = Failure { code: error.code().as_str().into(), message, ..Failure::default() };
    channel.send(Kind::Failure, request, &message::encode(&failure))
}
