//! A Valkey server, for the tests of caches that are kept on one.

use crate::debian::Package;
use crate::shell::Outcome;

const SERVER: Package = Package { name: "valkey-server", program: "usr/bin/valkey-server", suite: "trixie" };

/// Sets it up, or says why that cannot be done here; what needs it is skipped by name then.
pub(crate) fn set_up_if_possible() {
    SERVER.set_up_if_possible();
}

/// Sets it up.
pub(crate) fn set_up() -> Outcome {
    SERVER.set_up()
}
