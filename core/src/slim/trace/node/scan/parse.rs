//! Parsing, whatever a file turns out to be.

use oxc_allocator::Allocator;
use oxc_ast::ast::Program;
use oxc_parser::{ParseOptions, Parser};
use oxc_span::SourceType;
use std::path::Path;

/// A source that was parsed.
pub(super) struct Parsed<'a> {
    pub(super) program: &'a Program<'a>,
    /// Whether the parser had nothing to complain about.
    pub(super) is_sound: bool,
}

/// Parses a source as what its name says, else as anything that it may be.
pub(super) fn parse<'a>(allocator: &'a Allocator, file: &Path, text: &'a str) -> Option<Parsed<'a>> {
    candidates(file).into_iter().find_map(|kind| parse_as(allocator, text, kind))
}

fn parse_as<'a>(allocator: &'a Allocator, text: &'a str, kind: SourceType) -> Option<Parsed<'a>> {
    let options =
        ParseOptions { allow_return_outside_function: true, preserve_parens: false, ..ParseOptions::default() };
    let parsed = Parser::new(allocator, text, kind).with_options(options).parse();
    // Where the parser recovered, the tree is whole; what it complains about, Node may accept.
    let is_sound = parsed.diagnostics.is_empty();
    (!parsed.panicked).then(|| Parsed { program: allocator.alloc(parsed.program), is_sound })
}

/// The kinds of source that a file may be, the likeliest first.
fn candidates(file: &Path) -> Vec<SourceType> {
    let extension = file.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    match extension {
        "ts" | "mts" => vec![SourceType::ts(), SourceType::tsx()],
        "cts" => vec![SourceType::ts().with_commonjs(true), SourceType::ts()],
        "tsx" => vec![SourceType::tsx()],
        "mjs" => vec![SourceType::mjs(), SourceType::mjs().with_jsx(true)],
        "cjs" => vec![SourceType::cjs(), SourceType::unambiguous(), SourceType::cjs().with_jsx(true)],
        // Node looks for the syntax of modules itself where nothing says what a file is.
        _ => vec![
            SourceType::unambiguous(),
            SourceType::mjs(),
            SourceType::cjs(),
            SourceType::unambiguous().with_jsx(true),
        ],
    }
}
