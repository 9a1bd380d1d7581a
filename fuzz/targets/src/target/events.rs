//! Events are JSON text, alone in a file or one on each line.

use headstart::trial::read_events;

const NAMES: &[&str] = &["event.json", "events.jsonl"];

pub(crate) fn run(data: &[u8]) {
    let Some((name, data)) = crate::package::choice(data, NAMES.len()) else { return };
    let directory = crate::package::directory(&[(NAMES[name], data)]);
    let Ok(events) = read_events(&directory.path().join(NAMES[name])) else { return };
    let bytes: usize = events.iter().map(|event| event.payload.len()).sum();
    assert!(bytes <= data.len(), "events hold no more than their file");
}
