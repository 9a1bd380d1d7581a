//! What the script in a function's process writes down of the files that it opens.

pub(crate) fn run(data: &[u8]) {
    let observation = headstart::trial::fuzzing::record(data);
    assert!(observation.paths().count() <= 2 * data.len(), "each entry is one file, and at most its source");
}
