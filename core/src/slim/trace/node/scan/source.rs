//! Scanning one source.

use super::collect::collect;
use super::fold::Folder;
use super::imported::{self, Imported};
use super::nesting;
use super::parse::parse;
use super::place::Place;
use super::scanner::Scanner;
use super::uses::Use;
use crate::slim::trace::node::kind::{self, SourceKind};
use oxc_allocator::Allocator;
use oxc_ast_visit::Visit;
use std::cell::Cell;

/// What was found in a source.
#[derive(Debug, Default)]
pub(in crate::slim::trace::node) struct Scanned {
    pub uses: Vec<Use>,
    /// What the function's own code imports at its top.
    pub imported: Vec<Imported>,
    /// Whether it did not parse, so that there may be others.
    pub is_unparsed: bool,
}

thread_local! {
    /// The memory of the last tree, to be used for the next: fresh pages would cost as much as parsing.
    static ARENA: Cell<Allocator> = Cell::default();
}

/// Finds what a source uses, in the order in which it stands there.
pub(in crate::slim::trace::node) fn scan(place: &Place<'_>, text: &str) -> Scanned {
    let mut arena = ARENA.take();
    let uses = uses(place, text, &arena);
    arena.reset();
    ARENA.set(arena);
    uses.unwrap_or(Scanned { is_unparsed: true, ..Scanned::default() })
}

/// The uses; nothing where the source does not parse.
fn uses(place: &Place<'_>, text: &str, arena: &Allocator) -> Option<Scanned> {
    if nesting::is_too_deep(text, kind::of(place.file) == SourceKind::TypeScript) {
        return None;
    }
    let parsed = parse(arena, place.file, text)?;
    let program = parsed.program;
    let table = collect(program)?;
    let folder = Folder::new(&table, place, program);
    let mut scanner = Scanner::new(&folder);
    scanner.visit_program(program);
    let mut uses = scanner.found;
    uses.sort_by_key(|it| it.line);
    number_lines(uses.iter_mut().map(|it| &mut it.line), text);
    let is_whole = !scanner.depth.was_reached;
    // It numbers scopes anew, and so comes last.
    let mut imported =
        if place.is_own && is_whole && parsed.is_sound { imported::imported(program) } else { Vec::new() };
    number_lines(imported.iter_mut().map(|it| &mut it.line), text);
    Some(Scanned { uses, imported, is_unparsed: !is_whole })
}

/// Puts lines in the place of offsets, which ascend.
fn number_lines<'l>(offsets: impl Iterator<Item = &'l mut u32>, text: &str) {
    let (mut line, mut counted) = (1, 0);
    for it in offsets {
        let offset = (*it as usize).min(text.len());
        let lines = text.get(counted..offset).map_or(0, |text| text.matches('\n').count());
        line += u32::try_from(lines).unwrap_or(0);
        counted = offset;
        *it = line;
    }
}
