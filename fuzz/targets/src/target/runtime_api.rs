//! What a process asks of the Runtime API, in any order: each request is answered, or waits.

pub(crate) fn run(data: &[u8]) {
    headstart::adapters::runtime_api::fuzzing::converse(data);
}
