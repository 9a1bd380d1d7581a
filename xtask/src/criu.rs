//! CRIU of Debian's release to come, for the tests and benchmarks of snapshots: since Linux 6.16 only 4.2 dumps sockets.

use crate::debian::Package;
use crate::shell::Outcome;
use std::path::PathBuf;

const CRIU: Package = Package { name: "criu", program: "usr/sbin/criu", suite: "forky" };

/// The program, where it was set up.
pub(crate) fn program() -> Option<PathBuf> {
    CRIU.found()
}

/// Sets it up, or says why that cannot be done here; what needs it is skipped by name then.
pub(crate) fn set_up_if_possible() {
    CRIU.set_up_if_possible();
}

/// Sets it up.
pub(crate) fn set_up() -> Outcome {
    CRIU.set_up()
}
