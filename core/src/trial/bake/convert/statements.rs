//! Import and export statements, taken out of the text.

use super::edits::{Edits, is_line_end};
use super::exports::{DEFAULT, named};
use oxc_ast::ast::{Comment, ExportDefaultDeclaration, Program, Statement};
use oxc_span::{GetSpan, Span};

/// The length of `export`.
const EXPORT_WORD: u32 = 6;
/// The length of `default`.
const DEFAULT_WORD: u32 = 7;

/// Takes import and export statements out of the text, and leaves what they declare.
pub(super) fn edit(program: &Program<'_>, edits: &mut Edits<'_>) {
    for statement in &program.body {
        match statement {
            Statement::ExportDeclaration(it) => edits.blank(Span::sized(it.span.start, EXPORT_WORD)),
            Statement::ExportDefaultDeclaration(it) => edit_default(program, it, edits),
            Statement::ImportDeclaration(_)
            | Statement::ExportNamedDeclaration(_)
            | Statement::ExportFromDeclaration(_)
            | Statement::ExportAllDeclaration(_) => edits.blank_statement(statement.span()),
            _ => {}
        }
    }
}

fn edit_default(program: &Program<'_>, it: &ExportDefaultDeclaration<'_>, edits: &mut Edits<'_>) {
    let export = Span::sized(it.span.start, EXPORT_WORD);
    let default = Span::sized(next_token(program, export.end), DEFAULT_WORD);
    if named(&it.declaration).is_some() {
        edits.blank(export);
        edits.blank(default);
    } else {
        // A property's value takes the name of the property, if it has none.
        edits.replace(export, &format!("const {DEFAULT} ="));
        edits.replace(default, "{ default:");
        edits.close(it.declaration.span().end, " }.default;");
    }
}

/// Where the first token begins at or behind `at`.
fn next_token(program: &Program<'_>, mut at: u32) -> u32 {
    loop {
        let rest = program.source_text.get(at as usize..).unwrap_or_default();
        let is_space = |c: char| c.is_whitespace() || is_line_end(c) || c == '\u{feff}';
        at += u32::try_from(rest.len() - rest.trim_start_matches(is_space).len()).unwrap_or_default();
        match comment_at(&program.comments, at) {
            Some(comment) => at = comment.span.end,
            None => return at,
        }
    }
}

fn comment_at(comments: &[Comment], at: u32) -> Option<&Comment> {
    let index = comments.binary_search_by_key(&at, |it| it.span.start).ok()?;
    comments.get(index)
}
