//! The native zygote: forks instances on request, and says how they ended.

use headstart::bootstrap::blocking::Channel;
use headstart::bootstrap::message::{self, Culprit, Exited, Fork, Forked as ForkedBody, Refused};
use headstart::bootstrap::{Kind, Limits, Role};
use headstart::error::{Code, Error, Result};
use headstart::sys::descriptor;
use headstart::sys::fork::{Forked, fork};
use headstart::sys::process::{self, Exit};
use rustix::event::{PollFd, PollFlags, poll};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;

struct Child {
    pid: u32,
    watched: OwnedFd,
}

/// One sentence for each thread that keeps this process from forking.
pub(crate) fn warnings(known: &[(u32, Culprit)]) -> Vec<String> {
    let sentence =
        |culprit: Culprit| format!("{} started the thread {:?}: it cannot fork", culprit.module, culprit.thread);
    culprits(known).into_iter().map(sentence).collect()
}

/// Serves until the host ends the zygote (`None`), or, in a child, gives the child's connection.
pub(crate) fn serve(mut channel: Channel, known: &[(u32, Culprit)]) -> Result<Option<Channel>> {
    let mut children: Vec<Child> = Vec::new();
    loop {
        wait(&channel, &children)?;
        report_ended(&mut channel, &mut children)?;
        if !readable(&channel)? {
            continue;
        }
        let Some(frame) = channel.receive()? else { return Ok(None) };
        if frame.kind == Kind::Shutdown {
            return Ok(None);
        }
        let Some(passed) = channel.take_descriptors() else {
            return Err(Error::new(Code::BadBody, "fork", "the request does not carry three descriptors"));
        };
        let order: Fork = message::decode(frame.kind, &frame.body)?;
        if order.role == Role::Zygote {
            decline(&mut channel, frame.request, "a native zygote forks instances only".into())?;
            continue;
        }
        let others = culprits(known);
        if !others.is_empty() {
            refuse(&mut channel, frame.request, others)?;
            continue;
        }
        headstart::sys::environment::flush_c_streams();
        match fork() {
            Ok(Forked::Child) => return child(channel.limits(), passed).map(Some),
            Ok(Forked::Parent(pid)) => {
                drop(passed);
                children.push(Child { pid, watched: process::watch(pid).map_err(|error| failed(&error))? });
                channel.send(Kind::Forked, frame.request, &message::encode(&ForkedBody { pid }))?;
            }
            Err(error) => decline(&mut channel, frame.request, error.to_string())?,
        }
    }
}

/// Makes the new process a worker of its own: own session, own output, own socket.
fn child(limits: Limits, [socket, stdout, stderr]: [OwnedFd; descriptor::PASSED]) -> Result<Channel> {
    rustix::process::setsid().map_err(|error| failed(&error.into()))?;
    descriptor::replace_output(&stdout, &stderr).map_err(|error| failed(&error))?;
    Ok(Channel::forked(UnixStream::from(socket), limits))
}

fn refuse(channel: &mut Channel, request: u64, culprits: Vec<Culprit>) -> Result<()> {
    let body = Refused {
        code: Code::ZygoteThreadAlive.as_str().into(),
        message: "a thread is alive in the zygote".into(),
        culprits,
    };
    channel.send(Kind::Refused, request, &message::encode(&body))
}

fn decline(channel: &mut Channel, request: u64, message: String) -> Result<()> {
    let body = Refused { code: Code::ZygoteForkFailed.as_str().into(), message, culprits: vec![] };
    channel.send(Kind::Refused, request, &message::encode(&body))
}

fn culprits(known: &[(u32, Culprit)]) -> Vec<Culprit> {
    let blame = |(number, thread): (u32, String)| {
        let culprit = known.iter().find(|(known, _)| *known == number).map(|(_, culprit)| culprit.clone());
        culprit.unwrap_or(Culprit { module: String::new(), thread, place: None })
    };
    process::other_threads().unwrap_or_default().into_iter().map(blame).collect()
}

fn wait(channel: &Channel, children: &[Child]) -> Result<()> {
    let sockets = std::iter::once(channel.as_fd()).chain(children.iter().map(|child| child.watched.as_fd()));
    let mut descriptors: Vec<_> =
        sockets.map(|descriptor| PollFd::from_borrowed_fd(descriptor, PollFlags::IN)).collect();
    rustix::io::retry_on_intr(|| poll(&mut descriptors, None)).map_err(|error| failed(&error.into()))?;
    Ok(())
}

fn readable(channel: &Channel) -> Result<bool> {
    let mut descriptors = [PollFd::new(channel, PollFlags::IN)];
    let now = rustix::event::Timespec { tv_sec: 0, tv_nsec: 0 };
    let ready = rustix::io::retry_on_intr(|| poll(&mut descriptors, Some(&now)));
    Ok(ready.map_err(|error| failed(&error.into()))? > 0)
}

fn report_ended(channel: &mut Channel, children: &mut Vec<Child>) -> Result<()> {
    let mut ended = Vec::new();
    children.retain(|child| match process::reap(&child.watched) {
        Ok(None) => true,
        Ok(Some(exit)) => {
            ended.push((child.pid, exit));
            false
        }
        Err(_) => {
            ended.push((child.pid, Exit::Unknown));
            false
        }
    });
    for (pid, exit) in ended {
        let (code, signal) = match exit {
            Exit::Code(code) => (Some(code), None),
            Exit::Signal(signal) => (None, Some(signal)),
            Exit::Unknown => (None, None),
        };
        channel.send(Kind::Exited, 0, &message::encode(&Exited { pid, code, signal }))?;
    }
    Ok(())
}

fn failed(error: &std::io::Error) -> Error {
    Error::new(Code::ZygoteForkFailed, "fork", error.to_string())
}
