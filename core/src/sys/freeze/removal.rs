//! Takes groups away once they are empty: killed processes need a moment to be gone.

use std::io;
use std::path::PathBuf;
use std::sync::{OnceLock, mpsc};
use std::time::{Duration, Instant};

/// How often it is tried.
const EVERY: Duration = Duration::from_millis(5);
/// How long it is tried. What is left then is swept by a later host.
const AT_MOST: Duration = Duration::from_secs(30);

/// A group that is to go, with what is let go of when it is gone.
pub(super) struct Leaving {
    pub(super) directory: PathBuf,
    pub(super) _counted: super::cgroup::Counted,
}

/// Removes a group now, or else from a thread.
pub(super) fn remove(leaving: Leaving) {
    static REMOVER: OnceLock<mpsc::Sender<(Leaving, Instant)>> = OnceLock::new();
    if is_removed(&leaving) {
        return;
    }
    let remover = REMOVER.get_or_init(|| {
        let (sender, receiver) = mpsc::channel();
        // Without the thread an empty directory stays until the next sweep.
        let _ = std::thread::Builder::new().name("headstart-cgroup".into()).spawn(move || remove_all(&receiver));
        sender
    });
    let _ = remover.send((leaving, Instant::now()));
}

fn remove_all(receiver: &mpsc::Receiver<(Leaving, Instant)>) {
    let mut left: Vec<(Leaving, Instant)> = Vec::new();
    loop {
        let next = if left.is_empty() {
            receiver.recv().map_err(|_| mpsc::RecvTimeoutError::Disconnected)
        } else {
            receiver.recv_timeout(EVERY)
        };
        match next {
            Ok(leaving) => left.push(leaving),
            Err(mpsc::RecvTimeoutError::Timeout) => {}
            Err(mpsc::RecvTimeoutError::Disconnected) => return,
        }
        left.retain(|(leaving, since)| !is_removed(leaving) && since.elapsed() < AT_MOST);
    }
}

fn is_removed(leaving: &Leaving) -> bool {
    match std::fs::remove_dir(&leaving.directory) {
        Ok(()) => true,
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    }
}
