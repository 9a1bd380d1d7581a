"""Takes import statements out of a module, and makes its functions ask the module for the names.

`from a import b` becomes `__headstart__.__defer__(3)`, the statement's number; `b`, where a function reads it,
becomes `__headstart__.b`; `globals()` becomes `__headstart__.__dict__`, which has all of them. Every node keeps the
place of what it stands for.
"""

import ast

from . import scopes
from .scan import has_text_annotations, is_typing_only, mapping_called
from .walk import Walker

# The module's own name for itself. It is read by rewritten code alone.
ALIAS = "__headstart__"


def rewrite(tree, deferred, stars, extra):
    """Rewrites a tree in place. `deferred`: by number of the statement, the names that it shall not bind yet.

    `stars`: by number, what a star import binds. `extra`: names that no statement of this module binds and that its
    functions ask the module for too.
    """
    visitor = Rewriter(tree, deferred, stars, extra)
    visitor.each(tree.body)
    return ast.fix_missing_locations(tree)


class Rewriter(Walker):
    def __init__(self, tree, deferred, stars, extra):
        super().__init__(has_text_annotations(tree))
        self.deferred = deferred
        self.stars = stars
        self.names = set(extra).union(*deferred.values())
        self.number = -1

    def visit_If(self, node):
        if is_typing_only(node.test) and len(self.scopes) == 1:
            self.each(node.orelse)
            return node
        return self.generic_visit(node)

    def annotation(self, holder, name, owner):
        # As text they stay what was written.
        if not self.has_text_annotations:
            super().annotation(holder, name, owner)

    def statement(self, node):
        if len(self.scopes) > 1:
            return node
        self.number += 1
        names = self.deferred.get(self.number)
        if not names:
            return node
        call = ast.Call(
            ast.Attribute(ast.Name(ALIAS, ast.Load()), "__defer__", ast.Load()), [ast.Constant(self.number)], []
        )
        made = [fill(ast.Expr(call), node)]
        if self.number in self.stars:
            return self.star(node, names) + made
        node.names = [alias for alias in node.names if scopes.local_name(alias) not in names]
        return [node] + made if node.names else made

    def star(self, node, names):
        """What a star import binds at once.

        Where the other module is not what it was, and does not have all of that yet, it takes what there is, as written.
        """
        now = [fill(ast.alias(name), node) for name in self.stars[self.number] if name not in names]
        if not now:
            return []
        some = fill(ast.ImportFrom(node.module, now, node.level), node)
        handler = ast.ExceptHandler(ast.Name("ImportError", ast.Load()), None, [node])
        return [fill(ast.Try([some], [handler], [], []), node)]

    visit_Import = visit_ImportFrom = statement

    def visit_Name(self, node):
        is_read = isinstance(node.ctx, ast.Load) and node.id in self.names
        if not is_read or self.is_running or not scopes.is_global(node.id, self.scopes):
            return node
        return fill(ast.Attribute(ast.Name(ALIAS, ast.Load()), node.id, ast.Load()), node)


    def visit_Call(self, node):
        if mapping_called(node, self.scopes):
            return fill(ast.Attribute(ast.Name(ALIAS, ast.Load()), "__dict__", ast.Load()), node)
        return self.generic_visit(node)

    def visit_Subscript(self, node):
        # What is only written to misses nothing.
        if not isinstance(node.ctx, ast.Store) or not is_mapping(node.value, self.scopes):
            return self.generic_visit(node)
        self.field(node, "slice")
        return node


def is_mapping(node, within):
    return isinstance(node, ast.Call) and mapping_called(node, within)


def fill(made, place):
    """Gives made nodes the place of another."""
    for node in ast.walk(made):
        ast.copy_location(node, place)
    return made


def is_faithful(before, after, names):
    """Whether a rewritten code object differs from the written one in nothing but how it reads those names."""
    todo = [(before, after, True)]
    while todo:
        old, new, is_module = todo.pop()
        if shape(old) != shape(new):
            return False
        if not is_module and not names.isdisjoint(new.co_names) and reads(new) & names:
            return False
        pairs = inner(old), inner(new)
        if len(pairs[0]) != len(pairs[1]):
            return False
        todo += [(one, other, is_module and is_class(one)) for one, other in zip(*pairs)]
    return True


def shape(code):
    return (
        code.co_name, getattr(code, "co_qualname", None), code.co_varnames, code.co_freevars, code.co_cellvars,
        code.co_argcount, code.co_kwonlyargcount, code.co_posonlyargcount, code.co_flags, code.co_firstlineno,
        code.co_filename,
    )  # fmt: skip


def inner(code):
    return [constant for constant in code.co_consts if hasattr(constant, "co_code")]


def is_class(code):
    """A class's body has no flag of its own, but starts by taking over the module's name."""
    return "__module__" in code.co_names and "__qualname__" in code.co_names and not code.co_flags & 0x2


def reads(code):
    """The names that code looks up in the module by themselves."""
    import dis

    return {
        instruction.argval
        for instruction in dis.get_instructions(code)
        if instruction.opname in ("LOAD_GLOBAL", "LOAD_NAME")
    }
