//! The conversion.

use super::converted::Converted;
use super::edits::Edits;
use super::head::head;
use super::links::Links;
use super::{dynamic, exports, references, refused, statements};
use oxc_allocator::Allocator;
use oxc_ast::ast::Program;
use oxc_parser::Parser;
use oxc_semantic::{Semantic, SemanticBuilder};
use oxc_span::{SourceType, Span};
use std::collections::HashSet;
use std::hash::BuildHasher;
use std::path::Path;

/// Makes a function of a module, or says why it cannot. `lazy`: specifiers of modules that may run after this one, so
/// that nothing of theirs can be bound before it is used.
pub(in crate::trial::bake) fn convert<S: BuildHasher>(
    source: &str,
    file: &Path,
    lazy: &HashSet<String, S>,
) -> Result<Converted, String> {
    // Node drops it before V8 counts columns.
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    refused::text(source)?;
    let allocator = Allocator::default();
    let program = parse(&allocator, source)?;
    let semantic = understand(program)?;
    refused::nodes(&semantic)?;
    let mut links = Links::of(program)?;
    exports::add(&mut links, program, semantic.scoping())?;
    refused::names(&semantic, &links)?;
    let text = edited(&semantic, program, &links, file, &|it: &str| lazy.contains(it))?;
    let head = head(&links, &|it: &str| lazy.contains(it));
    Ok(Converted {
        text: format!("{head}{text}\n}})"),
        head: u32::try_from(head.encode_utf16().count()).map_err(|_| "too long")?,
        requests: links.requests,
        passed_on: links.passed_on,
        stars: links.stars,
        exports: links.getters.into_keys().collect(),
    })
}

fn edited(
    semantic: &Semantic<'_>,
    program: &Program<'_>,
    links: &Links,
    file: &Path,
    is_lazy: &dyn Fn(&str) -> bool,
) -> Result<String, String> {
    let mut edits = Edits::new(program.source_text);
    if let Some(hashbang) = &program.hashbang {
        edits.replace(Span::sized(hashbang.span.start, 2), "//");
    }
    references::edit(semantic, links, is_lazy, &mut edits);
    dynamic::edit(semantic, file, &mut edits)?;
    // Last: what they put behind an expression goes behind what belongs to it.
    statements::edit(program, &mut edits);
    edits.apply()
}

fn parse<'a>(allocator: &'a Allocator, source: &'a str) -> Result<&'a Program<'a>, String> {
    let parsed = Parser::new(allocator, source, SourceType::mjs()).parse();
    match parsed.diagnostics.first() {
        Some(first) => Err(format!("no module: {}", first.message.to_lowercase())),
        None if parsed.panicked => Err("no module".to_owned()),
        None => Ok(allocator.alloc(parsed.program)),
    }
}

fn understand<'a>(program: &'a Program<'a>) -> Result<Semantic<'a>, String> {
    let built = SemanticBuilder::new().with_build_nodes(true).with_check_syntax_error(true).build(program);
    match built.diagnostics.first() {
        Some(first) => Err(format!("no module: {}", first.message.to_lowercase())),
        None => Ok(built.semantic),
    }
}
