//! Directories and files as a tree, the largest first.

use super::table::share;
use super::{Subject, native};
use crate::talk;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A directory or file, or a part of a binary, with what is below it.
#[derive(Debug, Default)]
pub(super) struct Node {
    pub(super) bytes: u64,
    pub(super) reached: u64,
    pub(super) below: BTreeMap<String, Node>,
}

impl Node {
    /// The whole package.
    pub(super) fn of(subject: &Subject) -> Self {
        let mut root = Self::default();
        let tree = subject.package.tree();
        for (id, file) in tree.iter() {
            let is_reached = subject.trace.as_ref().is_none_or(|trace| trace.has(id));
            let reached = if is_reached { file.size } else { 0 };
            let layer = (file.root > 0).then(|| format!("layer {}", file.root));
            let path = crate::subject::name(&subject.package, id);
            let below = if file.root > 0 { file.path.display().to_string() } else { path };
            let parts = layer.into_iter().chain(below.split('/').map(str::to_owned));
            match subject.analysis.binary.as_ref().filter(|_| subject.package.binary() == Some(id)) {
                Some(binary) => root.add_pieces(&parts.collect::<Vec<_>>(), native::pieces(binary)),
                None => root.add(parts, file.size, reached),
            }
        }
        root
    }

    fn add(&mut self, mut parts: impl Iterator<Item = String>, bytes: u64, reached: u64) {
        self.bytes += bytes;
        self.reached += reached;
        if let Some(part) = parts.next() {
            self.below.entry(part).or_default().add_boxed(&mut parts, bytes, reached);
        }
    }

    /// Adds the parts of a binary, below the path of its file.
    fn add_pieces(&mut self, path: &[String], pieces: Vec<(Vec<String>, u64)>) {
        for (piece, bytes) in pieces {
            self.add(path.iter().cloned().chain(piece), bytes, bytes);
        }
    }

    fn add_boxed(&mut self, parts: &mut dyn Iterator<Item = String>, bytes: u64, reached: u64) {
        self.add(parts, bytes, reached);
    }

    /// What is below, the largest first.
    pub(super) fn sorted(&self) -> Vec<(&String, &Node)> {
        let mut below: Vec<_> = self.below.iter().collect();
        below.sort_by(|(one, a), (other, b)| b.bytes.cmp(&a.bytes).then_with(|| one.cmp(other)));
        below
    }

    /// The form that the treemap reads: name, bytes, reached bytes, what is below.
    pub(super) fn as_json(&self, name: &str) -> Value {
        let below: Vec<_> = self.sorted().into_iter().map(|(name, node)| node.as_json(name)).collect();
        if below.is_empty() {
            json!([name, self.bytes, self.reached])
        } else {
            json!([name, self.bytes, self.reached, below])
        }
    }
}

/// The tree as text: of each directory the `top` largest, down to 1 % of the whole.
pub(crate) fn tree(subject: &Subject, top: usize) -> String {
    let root = Node::of(subject);
    let mut text = format!("{} {}\n", talk::bytes(root.bytes), subject.name());
    lines(&root, root.bytes, top, "", &mut text);
    text
}

fn lines(node: &Node, whole: u64, top: usize, indent: &str, text: &mut String) {
    let below = node.sorted();
    let shown = below.iter().take(top).take_while(|(_, node)| node.bytes * 100 >= whole).count();
    let rest = &below[shown..];
    for (at, (name, node)) in below[..shown].iter().enumerate() {
        let is_last = at + 1 == shown && rest.is_empty();
        let (branch, next) = if is_last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
        let slash = if node.below.is_empty() { "" } else { "/" };
        *text += &format!(
            "{indent}{branch}{:>9}  {:>6}  {name}{slash}\n",
            talk::bytes(node.bytes),
            share(node.bytes, whole)
        );
        lines(node, whole, top, &format!("{indent}{next}"), text);
    }
    if !rest.is_empty() && !below.is_empty() {
        let bytes: u64 = rest.iter().map(|(_, node)| node.bytes).sum();
        *text +=
            &format!("{indent}└─ {:>9}  {:>6}  and {} more\n", talk::bytes(bytes), share(bytes, whole), rest.len());
    }
}
