//! Comments that scripts have and modules do not: from `<!--` to the end of the line. See
//! <https://tc39.es/ecma262/#sec-html-like-comments>. The other kind begins with `-->` before which nothing but comments
//! stands in its line; no module has that outside literals, because no line ends before the `--` behind an expression.

use oxc_ast::AstKind;
use oxc_semantic::Semantic;
use oxc_span::{GetSpan, Span};

/// Whether a script would take part of the module for such a comment.
pub(super) fn has_comments(semantic: &Semantic<'_>) -> bool {
    let marks: Vec<usize> = semantic.source_text().match_indices("<!--").map(|(at, _)| at).collect();
    if marks.is_empty() {
        return false;
    }
    let literals = literals(semantic);
    marks.into_iter().any(|at| !literals.iter().any(|it| (it.start as usize..it.end as usize).contains(&at)))
}

/// Where tokens do not begin: comments, strings, templates and regular expressions.
fn literals(semantic: &Semantic<'_>) -> Vec<Span> {
    let literals = semantic.nodes().iter().filter_map(|node| match node.kind() {
        AstKind::StringLiteral(it) => Some(it.span),
        AstKind::TemplateElement(it) => Some(it.span),
        AstKind::RegExpLiteral(it) => Some(it.span),
        AstKind::Directive(it) => Some(it.expression.span()),
        _ => None,
    });
    literals.chain(semantic.comments().iter().map(|it| it.span)).collect()
}
