//! Names, written in JavaScript.

/// A string literal. Line ends of every kind are escaped: they would move all that follows.
pub(super) fn quoted(text: &str) -> String {
    let json = serde_json::Value::from(text).to_string();
    json.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}

/// A property of an object.
pub(super) fn member(object: &str, name: &str) -> String {
    if is_plain(name) { format!("{object}.{name}") } else { format!("{object}[{}]", quoted(name)) }
}

/// The key of a property in an object literal, where `"__proto__": x` sets the prototype.
pub(super) fn key(name: &str) -> String {
    if name == "__proto__" { format!("[{}]", quoted(name)) } else { quoted(name) }
}

/// The variable that holds the namespace of a request.
pub(super) fn namespace(request: usize) -> String {
    format!("hs${request}")
}

fn is_plain(name: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$';
    name.chars().all(is_part) && name.starts_with(|c: char| !c.is_ascii_digit())
}
