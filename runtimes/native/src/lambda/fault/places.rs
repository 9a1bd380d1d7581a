//! Places in a trace.

/// One frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// The function.
    pub(super) label: String,
    pub(super) path: String,
    pub(super) line: u32,
}

/// Of `File "app.py", line 3, in handler`, as the Python launcher writes it.
pub(super) fn of_python(line: &str) -> Option<Place> {
    let (path, rest) = line.strip_prefix("File \"")?.split_once("\", line ")?;
    let (line, label) = rest.split_once(", in ")?;
    Some(Place { label: label.into(), path: path.into(), line: line.parse().ok()? })
}

/// Of `handler (/app/index.js:3:9)` and `/app/index.js:3:9`, as V8 writes it.
pub(super) fn of_node(frame: &str) -> Option<Place> {
    let (label, place) = match frame.strip_suffix(')').and_then(|it| it.rsplit_once(" (")) {
        Some(both) => both,
        None => ("anonymous", frame),
    };
    let (before, _column) = place.rsplit_once(':')?;
    let (path, line) = before.rsplit_once(':')?;
    Some(Place { label: label.into(), path: path.into(), line: line.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read() {
        let place = |label: &str, path: &str, line| Some(Place { label: label.into(), path: path.into(), line });
        assert_eq!(of_python("File \"/a b.py\", line 3, in f"), place("f", "/a b.py", 3));
        assert_eq!(of_python("File \"/a.py\", line 3"), None);
        assert_eq!(of_node("async f (file:///a.mjs:3:9)"), place("async f", "file:///a.mjs", 3));
        assert_eq!(of_node("/a.js:3:9"), place("anonymous", "/a.js", 3));
        assert_eq!(of_node("f (<anonymous>)"), None);
    }
}
