//! Which code of a source may run while it is loaded.

use super::found::callee_name;
use super::held::{Held, class_around, held, is_of_exports};
use oxc_ast::AstKind;
use oxc_semantic::{NodeId, Semantic, SymbolId};
use oxc_span::{GetSpan, Span};
use rustc_hash::{FxHashMap, FxHashSet};

/// What is run, or may be got hold of to be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Thing {
    /// The top of the source, or the body of a function: code that runs at one time.
    Code(NodeId),
    Class(NodeId),
    Name(SymbolId),
    /// What the source gives to those who load it.
    Exports,
}

/// The code that may run while the source is loaded.
pub(super) struct Running<'s, 'a> {
    semantic: &'s Semantic<'a>,
    /// The code that each node is part of.
    code: Vec<NodeId>,
    reached: FxHashSet<Thing>,
}

impl<'s, 'a> Running<'s, 'a> {
    pub(super) fn of(semantic: &'s Semantic<'a>) -> Self {
        let code = code_of(semantic);
        let mut running = Self { semantic, code, reached: FxHashSet::default() };
        let leads = running.leads();
        let mut next = vec![Thing::Code(NodeId::ROOT)];
        while let Some(thing) = next.pop() {
            if running.reached.insert(thing) {
                next.extend(leads.get(&thing).into_iter().flatten());
            }
        }
        running
    }

    /// Whether a node is part of code that may run while the source is loaded.
    pub(super) fn is_at(&self, node: NodeId) -> bool {
        self.reached.contains(&Thing::Code(self.code_at(node)))
    }

    fn code_at(&self, node: NodeId) -> NodeId {
        self.code.get(node.index()).copied().unwrap_or(NodeId::ROOT)
    }

    /// What each thing, where it may be run, lets run too.
    fn leads(&self) -> FxHashMap<Thing, Vec<Thing>> {
        let mut leads: FxHashMap<Thing, Vec<Thing>> = FxHashMap::default();
        for node in self.semantic.nodes() {
            let id = node.id();
            match node.kind() {
                AstKind::Function(it) => {
                    let name = it.id.as_ref().and_then(|id| id.symbol_id.get());
                    let declared = name.filter(|_| it.is_declaration());
                    self.add(&mut leads, id, declared, Thing::Code(id));
                }
                AstKind::ArrowFunctionExpression(_) => self.add(&mut leads, id, None, Thing::Code(id)),
                AstKind::Class(it) => {
                    let name = it.id.as_ref().and_then(|id| id.symbol_id.get());
                    let declared = name.filter(|_| it.is_declaration());
                    self.add(&mut leads, id, declared, Thing::Class(id));
                }
                // Fields of instances are set whenever one is made.
                AstKind::PropertyDefinition(it) if !it.r#static => self.add_field(&mut leads, id),
                AstKind::AccessorProperty(it) if !it.r#static => self.add_field(&mut leads, id),
                AstKind::IdentifierReference(it) => {
                    let reference = it.reference_id.get().map(|id| self.semantic.scoping().get_reference(id));
                    match reference.and_then(oxc_semantic::Reference::symbol_id) {
                        Some(symbol) => self.add(&mut leads, id, None, Thing::Name(symbol)),
                        None if self.reads_exports(id, it.name.as_str()) => {
                            leads.entry(Thing::Code(self.code_at(id))).or_default().push(Thing::Exports);
                        }
                        None => {}
                    }
                }
                _ => {}
            }
        }
        leads
    }

    fn add(&self, leads: &mut FxHashMap<Thing, Vec<Thing>>, node: NodeId, declared: Option<SymbolId>, thing: Thing) {
        let from = match declared.map_or_else(|| held(self.semantic, node), Held::Name) {
            Held::Around => Thing::Code(self.code_at(node)),
            Held::Name(symbol) => Thing::Name(symbol),
            Held::Exports => Thing::Exports,
            Held::Class(class) => Thing::Class(class),
        };
        leads.entry(from).or_default().push(thing);
    }

    fn add_field(&self, leads: &mut FxHashMap<Thing, Vec<Thing>>, field: NodeId) {
        if let Held::Class(class) = class_around(self.semantic, field) {
            leads.entry(Thing::Class(class)).or_default().push(Thing::Code(field));
        }
    }

    /// Whether a mention of `exports` or `module` gets hold of what is exported, so that it may be run.
    fn reads_exports(&self, node: NodeId, name: &str) -> bool {
        if name != "exports" && name != "module" {
            return false;
        }
        let nodes = self.semantic.nodes();
        let mut at = node;
        // `module.exports.x`
        for _ in 0..2 {
            let parent = nodes.parent_id(at);
            if matches!(nodes.kind(parent), AstKind::StaticMemberExpression(_) | AstKind::ComputedMemberExpression(_)) {
                at = parent;
            }
        }
        let span = nodes.kind(at).span();
        match nodes.parent_kind(at) {
            AstKind::AssignmentExpression(it) => it.left.span() != span || !is_of_exports(self.semantic, &it.left),
            AstKind::BinaryExpression(_) => false,
            AstKind::CallExpression(it) => {
                it.callee.span() == span || !matches!(callee_name(&it.callee), Some("defineProperty" | "__exportStar"))
            }
            _ => true,
        }
    }
}

/// The code that each node is part of: the function around it, or the field whose value it is in.
fn code_of(semantic: &Semantic<'_>) -> Vec<NodeId> {
    let nodes = semantic.nodes();
    let mut code = vec![NodeId::ROOT; nodes.len()];
    // Nodes are numbered as they are entered, parents first.
    for (id, node) in nodes.iter_enumerated().skip(1) {
        let parent = nodes.parent_id(id);
        let start = node.kind().span().start;
        let is_in = |value: Option<Span>| value.is_some_and(|value| (value.start..value.end).contains(&start));
        let begins = match nodes.kind(parent) {
            AstKind::Function(_) | AstKind::ArrowFunctionExpression(_) => true,
            AstKind::PropertyDefinition(it) => !it.r#static && is_in(it.value.as_ref().map(GetSpan::span)),
            AstKind::AccessorProperty(it) => !it.r#static && is_in(it.value.as_ref().map(GetSpan::span)),
            _ => false,
        };
        code[id.index()] = if begins { parent } else { code[parent.index()] };
    }
    code
}
