//! A page with the package as a treemap, in one file that needs nothing else.

use super::tree::Node;
use super::{Subject, json};

const PAGE: &str = include_str!("../../assets/treemap.html");
const STYLE: &str = include_str!("../../assets/treemap.css");
const SCRIPT: &str = include_str!("../../assets/treemap.js");

/// The page.
pub(crate) fn html(subject: &Subject) -> String {
    let mut report = json(subject);
    // The tree has the files already.
    report["files"] = serde_json::Value::Null;
    report["tree"] = Node::of(subject).as_json(&subject.name());
    // Text of a script element ends at the first `</script`, wherever that stands.
    let data = report.to_string().replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029");
    let title = escape(&subject.name());
    PAGE.replace("{{title}}", &title)
        .replace("{{style}}", STYLE)
        .replace("{{data}}", &data)
        .replace("{{script}}", SCRIPT)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
