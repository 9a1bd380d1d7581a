//! What a process reports that was run to be baked: an image comes of it, or nothing.

pub(crate) fn run(data: &[u8]) {
    headstart::trial::fuzzing::bake_report(data);
}
