//! What a function's process reports of its imports: their times and who wanted whom, which may contradict itself.

pub(crate) fn run(data: &[u8]) {
    headstart::trial::fuzzing::profile_report(data);
}
