//! The address of a snapshot's worker, at which all that were restored from it go on asking: whoever connects there is shown
//! to the translator of the process that has the socket.

use crate::sys::peer;
use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;

/// Connections of one process that wait to be taken.
const MOST_WAITING: usize = 16;

/// A connection, and the address at its process's end.
pub(super) type Arrived = (TcpStream, SocketAddr);

type Guests = Arc<Mutex<HashMap<u32, mpsc::Sender<Arrived>>>>;

/// The receptions of this process, each open while there is anyone whom it is for.
static OPEN: LazyLock<Mutex<HashMap<SocketAddr, Weak<Reception>>>> = LazyLock::new(Mutex::default);

/// How long an address may still be that of a reception that closes, and how often it is tried.
const CLOSING: (Duration, Duration) = (Duration::from_millis(100), Duration::from_millis(5));

/// Has what `pid` connects to `address` shown to the guest. To be called within a tokio runtime; may wait a moment.
///
/// Fails where another program listens there.
pub(super) fn admit(address: SocketAddr, pid: u32) -> io::Result<Guest> {
    let mut open = lock(&OPEN);
    // One whose runtime is gone takes nothing any more.
    let found = open.get(&address).and_then(Weak::upgrade).filter(|found| !found.accepting.is_finished());
    let reception = found.map_or_else(|| Reception::open(address).map(Arc::new), Ok)?;
    open.retain(|_, reception| reception.strong_count() > 0);
    open.insert(address, Arc::downgrade(&reception));
    let (shown, arrived) = mpsc::channel(MOST_WAITING);
    lock(&reception.guests).insert(pid, shown);
    Ok(Guest { reception, pid, arrived })
}

#[derive(Debug)]
struct Reception {
    guests: Guests,
    accepting: AbortHandle,
}

impl Drop for Reception {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Reception {
    fn open(address: SocketAddr) -> io::Result<Self> {
        let listener = bound(address)?;
        listener.set_nonblocking(true)?;
        let guests = Guests::default();
        let accepting = tokio::spawn(accept(TcpListener::from_std(listener)?, address, Arc::clone(&guests)));
        Ok(Self { guests, accepting: accepting.abort_handle() })
    }
}

/// A listener at an address that may be free in a moment only.
fn bound(address: SocketAddr) -> io::Result<std::net::TcpListener> {
    let (begun, (closing, pause)) = (Instant::now(), CLOSING);
    loop {
        match std::net::TcpListener::bind(address) {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && begun.elapsed() < closing => thread::sleep(pause),
            bound => return bound,
        }
    }
}

/// Whom connections are shown to.
#[derive(Debug)]
pub(in super::super) struct Guest {
    reception: Arc<Reception>,
    pid: u32,
    arrived: mpsc::Receiver<Arrived>,
}

impl Guest {
    /// The next connection of its process. May be cancelled.
    pub(super) async fn next(&mut self) -> Option<Arrived> {
        self.arrived.recv().await
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.arrived.close();
        // A process of the same number may have come since.
        let mut guests = lock(&self.reception.guests);
        if guests.get(&self.pid).is_some_and(mpsc::Sender::is_closed) {
            guests.remove(&self.pid);
        }
    }
}

async fn accept(listener: TcpListener, address: SocketAddr, guests: Guests) {
    loop {
        let Ok((stream, from)) = listener.accept().await else {
            // Without a descriptor for it there is nothing to do but to wait for one.
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        let known: Vec<u32> = lock(&guests).keys().copied().collect();
        // It reads what every one of them has open.
        let owner = tokio::task::spawn_blocking(move || peer::owner_among(from, address, &known)).await;
        let shown = owner.ok().flatten().and_then(|pid| lock(&guests).get(&pid).cloned());
        // A guest that does not look is full, and one that has left is none.
        if shown.is_none_or(|shown| shown.try_send((stream, from)).is_err()) {
            tracing::warn!(%from, "a connection to the Runtime API of restored workers was refused");
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    #[tokio::test]
    async fn each_process_is_shown_to_its_own() {
        let free = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = free.local_addr().unwrap();
        assert!(admit(address, 1).is_err(), "it is taken");
        drop(free);
        let mut other = admit(address, u32::MAX).unwrap();
        let mut own = admit(address, std::process::id()).unwrap();
        let stream = TcpStream::connect(address).await.unwrap();
        let (_, from) = own.next().await.unwrap();
        assert_eq!(from, stream.local_addr().unwrap());
        assert!(other.arrived.try_recv().is_err());
        drop((other, own));
        tokio::task::spawn_blocking(move || admit(address, 1)).await.unwrap().expect("it is free again");
    }
}
