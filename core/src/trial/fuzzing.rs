//! What a function's process writes for us, to be read as if it had come from there. For the fuzzer alone.

use super::bake::image_of_report;
use super::profile::read_report;
use super::record::Seen;
use crate::slim::Observation;

/// The files that a record tells of.
pub fn record(bytes: &[u8]) -> Observation {
    let mut seen = Seen::default();
    seen.add_record(bytes);
    seen.finish()
}

/// Makes an image of what a process reports that was run to be baked; nothing where that is damaged.
pub fn bake_report(bytes: &[u8]) {
    image_of_report(bytes, b"code of modules");
}

/// Reads a report of imports and sums it up; nothing where it is damaged.
pub fn profile_report(bytes: &[u8]) {
    read_report(bytes);
}
