//! What workers write to their standard streams: read as it comes, bounded, and handed out by request.

use super::log_end::LogEnd;
use crate::error::{Code, Error};
use crate::error::{Output, Result};
use std::collections::VecDeque;
use std::io;
use std::os::fd::OwnedFd;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::net::unix::pipe;

/// How much is read from a pipe at once.
const PIECE: usize = 16 << 10;
/// How much a pipe can hold at most (`/proc/sys/fs/pipe-max-size` is 1 MiB by default).
const MOST_IN_PIPE: usize = 1 << 20;

/// How long it may take until a worker has written that an event's output ends; it is looked for so often at most.
const END_PAUSE: Duration = Duration::from_millis(5);
/// How often a worker that goes on writing is waited for.
const MOST_PAUSES: u32 = 20;

/// The worker's ends of its output.
pub(crate) struct OutputEnds {
    pub(crate) stdout: OwnedFd,
    pub(crate) stderr: OwnedFd,
}

/// The host's ends of a worker's output.
#[derive(Debug)]
pub(crate) struct Capture {
    stdout: Stream,
    stderr: Stream,
    /// Where the worker's protocol has it.
    end: Option<LogEnd>,
}

impl Capture {
    /// Two new pipes; of each stream `limit` bytes are kept between two calls of [`Capture::take`].
    pub(crate) fn new(limit: usize) -> Result<(Self, OutputEnds)> {
        let failed = |error: io::Error| {
            Error::new(Code::SystemIo, "make the worker's pipes", error.to_string()).caused_by(error)
        };
        let (stdout, near_stdout) = Stream::new(limit).map_err(failed)?;
        let (stderr, near_stderr) = Stream::new(limit).map_err(failed)?;
        Ok((Self { stdout, stderr, end: None }, OutputEnds { stdout: near_stdout, stderr: near_stderr }))
    }

    /// The same for a worker that writes this line, with its end, when it has written all that belongs to an event.
    pub(crate) fn ending(mut self, line: Option<&'static str>) -> Self {
        self.end = line.map(LogEnd::new);
        self
    }

    /// What the kernel calls both pipes, as in `/proc/PID/fd`; whoever has a descriptor of one finds this name there.
    pub(crate) fn names(&self) -> io::Result<[String; 2]> {
        Ok([self.stdout.name()?, self.stderr.name()?])
    }

    /// Reads both streams until they end.
    pub(crate) async fn follow(&self) {
        tokio::join!(self.stdout.follow(), self.stderr.follow());
    }

    /// The same, and what is written afterwards until nothing was for as long as `quiet`.
    pub(crate) async fn take_settled(&self, quiet: Duration) -> Output {
        let mut output = self.take_ended().await;
        for _ in 0..if quiet.is_zero() { 0 } else { MOST_PAUSES } {
            tokio::time::sleep(quiet).await;
            let late = self.take();
            if late.is_empty() {
                break;
            }
            output.append(late);
        }
        output
    }

    /// What belongs to an event, of a worker that tells where that ends: it is waited for a moment.
    async fn take_ended(&self) -> Output {
        let is_told = self.end.as_ref().is_some_and(LogEnd::is_written);
        let (mut output, mut ended) = self.take_and_tell();
        for _ in 0..if is_told { MOST_PAUSES } else { 0 } {
            if ended == [true; 2] {
                break;
            }
            tokio::time::sleep(END_PAUSE).await;
            let (late, more) = self.take_and_tell();
            output.append(late);
            ended = [ended[0] || more[0], ended[1] || more[1]];
        }
        output
    }

    /// Everything that was written since the last call, what still stands in the pipes included.
    pub(crate) fn take(&self) -> Output {
        self.take_and_tell().0
    }

    /// The same, and whether each stream said that an event's part ends.
    fn take_and_tell(&self) -> (Output, [bool; 2]) {
        let mut output = Output::default();
        (output.stdout, output.dropped) = self.stdout.take();
        let dropped;
        (output.stderr, dropped) = self.stderr.take();
        output.dropped += dropped;
        let ended = self.end.as_ref().map(|end| [&mut output.stdout, &mut output.stderr].map(|it| end.take_out(it)));
        (output, ended.unwrap_or_default())
    }
}

#[derive(Debug)]
struct Stream {
    pipe: pipe::Receiver,
    kept: Mutex<Kept>,
}

impl Stream {
    fn new(limit: usize) -> io::Result<(Self, OwnedFd)> {
        let (reader, writer) = io::pipe()?;
        let pipe = pipe::Receiver::from_owned_fd(reader.into())?;
        Ok((Self { pipe, kept: Mutex::new(Kept::new(limit)) }, writer.into()))
    }

    fn name(&self) -> io::Result<String> {
        Ok(format!("pipe:[{}]", rustix::fs::fstat(&self.pipe)?.st_ino))
    }

    async fn follow(&self) {
        while self.pipe.readable().await.is_ok() {
            match self.keep(|piece| self.pipe.try_read(piece)) {
                // End of file: nobody holds the writing end any more.
                Ok(0) => return,
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(_) => return,
            }
            // A worker that floods its output gets its turn, not more.
            tokio::task::yield_now().await;
        }
    }

    /// Reads once. The lock spans the read, so that pieces are kept in the order they were written.
    fn keep(&self, read: impl FnOnce(&mut [u8]) -> io::Result<usize>) -> io::Result<usize> {
        let mut piece = [0; PIECE];
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let count = read(&mut piece)?;
        kept.add(&piece[..count]);
        Ok(count)
    }

    /// Empties the pipe first, by system calls: the runtime's notion of readiness lags behind the pipe.
    fn take(&self) -> (Vec<u8>, u64) {
        let mut left = MOST_IN_PIPE;
        while left > 0 {
            match self.keep(|piece| Ok(rustix::io::retry_on_intr(|| rustix::io::read(&self.pipe, &mut *piece))?)) {
                Ok(0) | Err(_) => break,
                Ok(count) => left = left.saturating_sub(count),
            }
        }
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// The beginning and the end of a stream; what is between is counted.
#[derive(Debug)]
struct Kept {
    head: Vec<u8>,
    tail: VecDeque<u8>,
    dropped: u64,
    half: usize,
}

impl Kept {
    fn new(limit: usize) -> Self {
        Self { head: Vec::new(), tail: VecDeque::new(), dropped: 0, half: limit / 2 }
    }

    fn add(&mut self, bytes: &[u8]) {
        let (head, rest) = bytes.split_at(bytes.len().min(self.half - self.head.len()));
        self.head.extend_from_slice(head);
        self.tail.extend(rest);
        let excess = self.tail.len().saturating_sub(self.half);
        self.tail.drain(..excess);
        self.dropped += excess as u64;
    }

    fn take(&mut self) -> (Vec<u8>, u64) {
        let (mut bytes, dropped) = (std::mem::take(&mut self.head), std::mem::take(&mut self.dropped));
        if dropped > 0 {
            bytes.extend_from_slice(format!("\n[headstart: {dropped} bytes left out]\n").as_bytes());
        }
        bytes.extend(std::mem::take(&mut self.tail));
        (bytes, dropped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn beginning_and_end_are_kept() {
        let mut kept = Kept::new(8);
        for piece in [&b"ab"[..], b"cdef", b"ghijklmnop"] {
            kept.add(piece);
        }
        let (bytes, dropped) = kept.take();
        assert_eq!(String::from_utf8(bytes).unwrap(), "abcd\n[headstart: 8 bytes left out]\nmnop");
        assert_eq!(dropped, 8);
        assert_eq!(kept.take(), (Vec::new(), 0));
    }

    #[tokio::test]
    async fn what_is_written_late_is_waited_for() {
        let (capture, ends) = Capture::new(1 << 20).unwrap();
        let mut stderr = std::fs::File::from(ends.stderr);
        assert!(capture.take_settled(Duration::ZERO).await.is_empty());
        let writing = std::thread::spawn(move || {
            for line in ["one ", "two"] {
                std::thread::sleep(Duration::from_millis(30));
                stderr.write_all(line.as_bytes()).unwrap();
            }
        });
        assert_eq!(capture.take_settled(Duration::from_millis(300)).await.stderr, b"one two");
        writing.join().unwrap();
    }

    #[tokio::test]
    async fn what_was_written_before_is_there_without_waiting() {
        let (capture, ends) = Capture::new(1 << 20).unwrap();
        std::fs::File::from(ends.stdout).write_all(b"out").unwrap();
        std::fs::File::from(ends.stderr).write_all(b"err").unwrap();
        let output = capture.take();
        assert_eq!((&output.stdout[..], &output.stderr[..]), (&b"out"[..], &b"err"[..]));
    }
}
