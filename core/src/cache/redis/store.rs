//! The server as a store.

use super::super::entry::{self, Damage, MOST_HEAD};
use super::super::key::{KeyHash, Namespace};
use super::super::life::Life;
use super::super::store::{Store, Stored, Turn};
use super::super::tags::{EVERYTHING, TagHash, another};
use super::link::{Link, PATIENCE, Server};
use super::turn;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// What is good for longer, or for ever, is kept for so many milliseconds.
const LONGEST: u64 = 30 * 24 * 3_600_000;
/// Longer than an entry: what has lost a tag is not good any more.
const TAG_LIVES: u64 = 2 * LONGEST;
/// What stands before an entry: the generation of everything.
const STAMP: usize = size_of::<u64>();

/// Entries of one namespace on a Redis or Valkey server.
///
/// A call waits for the server on its thread, a task's call too: for half a second to connect and for half a second for an
/// answer, where [`CacheBuilder::patience`](super::super::CacheBuilder::patience) says nothing else. While the server does
/// not answer, calls fail at once, but for one every two seconds that tries.
#[derive(Debug)]
pub struct RedisStore {
    link: Arc<Link>,
    prefix: String,
    most: usize,
    /// The generation of everything as it was seen last; 0: not yet.
    all: AtomicU64,
}

impl RedisStore {
    /// A namespace's part of the server at `redis://[USER[:PASSWORD]@]HOST[:PORT][/DATABASE]` or
    /// `redis+unix:///PATH`. `most`: how many bytes a value may have.
    ///
    /// Fails where the address is none; whether a server is there turns out with the first call.
    pub fn open(url: &str, namespace: &Namespace, most: usize) -> io::Result<Self> {
        Ok(Self::on(Server::at(url)?, PATIENCE, namespace, most))
    }

    pub(in super::super) fn on(server: Server, patience: Duration, namespace: &Namespace, most: usize) -> Self {
        let link = Arc::new(Link::new(server, patience));
        Self { link, prefix: format!("headstart:{{{}}}", namespace.directory()), most, all: AtomicU64::new(0) }
    }

    fn entry(&self, key: &KeyHash) -> String {
        format!("{}:entry:{key}", self.prefix)
    }

    fn tag(&self, tag: &TagHash) -> String {
        format!("{}:tag:{:032x}", self.prefix, u128::from_be_bytes(*tag))
    }

    /// The generation of everything as it was seen last.
    fn seen(&self) -> io::Result<u64> {
        match self.all.load(Ordering::Relaxed) {
            0 => self.generation(&EVERYTHING),
            seen => Ok(seen),
        }
    }

    /// The generation of a tag that had none: this one's, or that of another who was first.
    fn begin(&self, name: &str) -> io::Result<u64> {
        let mut set = redis::pipe();
        set.cmd("SET").arg(name).arg(another()?).arg("NX").arg("PX").arg(TAG_LIVES).ignore();
        set.cmd("GET").arg(name);
        self.link.ask(|connection| set.query::<(u64,)>(connection)).map(|(generation,)| generation)
    }

    /// Writes an entry below a generation of everything; the generation that there is, where it is another.
    fn write_below(&self, all: u64, name: &str, entry: &[u8], lives: u64) -> io::Result<Option<u64>> {
        let bytes = [&all.to_le_bytes()[..], entry].concat();
        let mut both = redis::pipe();
        both.cmd("SET").arg(name).arg(&bytes[..]).arg("PX").arg(lives).ignore();
        both.cmd("GET").arg(self.tag(&EVERYTHING));
        let (found,): (Option<u64>,) = self.link.ask(|connection| both.query(connection))?;
        match found {
            Some(found) if found == all => Ok(None),
            Some(found) => Ok(Some(found)),
            None => self.generation(&EVERYTHING).map(Some),
        }
    }
}

impl Store for RedisStore {
    fn read(&self, key: &KeyHash) -> io::Result<Option<Stored>> {
        let mut both = redis::pipe();
        both.cmd("GET").arg(self.tag(&EVERYTHING));
        // One byte more than an entry can have.
        both.cmd("GETRANGE").arg(self.entry(key)).arg(0).arg(STAMP + MOST_HEAD + self.most);
        let (all, bytes): (Option<u64>, Vec<u8>) = self.link.ask(|connection| both.query(connection))?;
        self.all.store(all.unwrap_or(0), Ordering::Relaxed);
        if bytes.is_empty() {
            return Ok(None);
        }
        match unpack(&bytes, STAMP + MOST_HEAD + self.most, key) {
            Ok((below, stored)) => Ok((Some(below) == all).then_some(stored)),
            Err(damage) => {
                self.remove(key)?;
                Err(io::Error::new(io::ErrorKind::InvalidData, damage.to_string()))
            }
        }
    }

    fn write(&self, key: &KeyHash, stored: &Stored) -> io::Result<()> {
        let (name, bytes) = (self.entry(key), entry::encode_within(key, stored, self.most)?);
        let Some(lives) = milliseconds(&stored.life) else { return Ok(()) };
        if let Some(other) = self.write_below(self.seen()?, &name, &bytes, lives)? {
            // Another process has cleared everything.
            self.all.store(other, Ordering::Relaxed);
            self.write_below(other, &name, &bytes, lives)?;
        }
        Ok(())
    }

    fn remove(&self, key: &KeyHash) -> io::Result<bool> {
        let name = self.entry(key);
        let mut remove = redis::pipe();
        remove.cmd("GET").arg(self.tag(&EVERYTHING));
        remove.cmd("GETRANGE").arg(&name).arg(0).arg(STAMP - 1);
        remove.cmd("DEL").arg(&name).ignore();
        let (all, below): (Option<u64>, Vec<u8>) = self.link.ask(|connection| remove.query(connection))?;
        Ok(all.is_some_and(|all| all.to_le_bytes() == *below))
    }

    fn clear(&self) -> io::Result<()> {
        self.invalidate(&EVERYTHING)
    }

    fn generation(&self, tag: &TagHash) -> io::Result<u64> {
        let name = self.tag(tag);
        let mut get = redis::cmd("GET");
        get.arg(&name);
        let found: Option<u64> = self.link.ask(|connection| get.query(connection))?;
        let generation = found.map_or_else(|| self.begin(&name), Ok)?;
        if *tag == EVERYTHING {
            self.all.store(generation, Ordering::Relaxed);
        }
        Ok(generation)
    }

    fn invalidate(&self, tag: &TagHash) -> io::Result<()> {
        let mut set = redis::cmd("SET");
        set.arg(self.tag(tag)).arg(another()?).arg("PX").arg(TAG_LIVES);
        self.link.ask(|connection| set.exec(connection))
    }

    fn turn(&self, key: &KeyHash, within: Duration) -> io::Result<Option<Box<dyn Turn>>> {
        turn::take(&self.link, format!("{}:turn:{key}", self.prefix), within)
    }

    fn before_snapshot(&self) {
        self.link.close();
    }
}

/// An entry and the generation of everything that stands before it.
fn unpack(bytes: &[u8], most: usize, key: &KeyHash) -> Result<(u64, Stored), Damage> {
    let (below, entry) = bytes.split_first_chunk().filter(|_| bytes.len() <= most).ok_or(Damage::Length)?;
    Ok((u64::from_le_bytes(*below), entry::decode(entry, key)?))
}

/// For how long a value is good for anything; `None`: not at all.
fn milliseconds(life: &Life) -> Option<u64> {
    let lives = life.error_until.saturating_sub(life.created).div_ceil(1_000_000);
    (lives > 0).then_some(lives.min(LONGEST))
}
