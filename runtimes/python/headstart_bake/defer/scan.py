"""What a source tells of its imports: which of them could wait, and which names are needed at once."""

import ast
import re
import sys

from . import scopes
from .walk import Walker

# Whether annotations are evaluated when they are asked for, and text with a look into the module's own names, past all that
# stands behind them: what they mention cannot wait.
LATE_ANNOTATIONS = sys.version_info >= (3, 14)
# Decorators of the standard library that do not look at annotations.
BLIND = {
    "abstractmethod", "asynccontextmanager", "cache", "cached_property", "classmethod", "contextmanager",
    "deleter", "final", "getter", "lru_cache", "overload", "override", "property", "setter", "staticmethod", "wraps",
}  # fmt: skip
EXPRESSION = re.compile(r"[\w.,|\[\]'\" ()]{1,400}")
DOTTED = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")
WORD = re.compile(r"[^\W\d]\w*")


class Scan:
    """The facts of one source. Names are plain strings, so that facts can be stored and compared."""

    def __init__(self):
        # One entry for each import statement of the module's own level, in order: [[local, module, attribute], ...].
        # `attribute` is None for `import a.b` (binds a), "" for `import a.b as c`, else the name that is taken.
        self.statements = []
        # Names that must be there while the module is executed, or that something else than an import binds.
        self.needed = set()
        # Names that text may mention: annotations that are text, short string constants.
        self.mentioned = set()
        # Names that a function of this module binds anew: whoever imported them has the value of that time.
        self.rebound = set()
        # Why nothing of this module can be deferred.
        self.refusal = None
        self.has_own_getattr = False
        # Names that functions read and that nothing here binds: submodules of a package, and builtins.
        self.unbound = set()
        # By number of the statement, the module that it takes everything from; `statements` has nothing for it.
        self.stars = {}
        # Names that anything reads, and those that `__all__` lists.
        self.read = set()
        self.exported = set()
        # Full names of modules that a source that looks into `sys.modules` speaks of.
        self.named = set()
        # What is asked for its subclasses: [name or None, innermost class around it or None].
        self.parents = []


def scan(tree, name, is_package):
    """The facts of a module's syntax tree, which stays as it is."""
    visitor = Scanner(tree, name, is_package)
    visitor.each(list(tree.body))
    found = visitor.found
    bound, _ = scopes.bindings(tree.body)
    found.has_own_getattr = "__getattr__" in bound
    found.read = visitor.read
    found.unbound = visitor.read - bound
    found.exported = exported(tree)
    if LATE_ANNOTATIONS:
        found.needed |= found.mentioned
    if visitor.looks_up_modules:
        found.named = visitor.texts
    return found


def exported(tree):
    """The texts of the statements that make `__all__`."""
    return {
        node.value
        for statement in tree.body
        if isinstance(statement, (ast.Assign, ast.AugAssign))
        for target in getattr(statement, "targets", None) or [statement.target]
        if isinstance(target, ast.Name) and target.id == "__all__"
        for node in ast.walk(statement.value)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def has_text_annotations(tree):
    """Whether `from __future__ import annotations` stands in it."""
    return any(
        isinstance(node, ast.ImportFrom) and node.module == "__future__" and alias.name == "annotations"
        for node in tree.body
        for alias in getattr(node, "names", ())
    )


def mapping_called(node, within):
    """Whether a call hands out the names of the module: `globals()`, or `locals()`, `vars()` on its own level."""
    if not isinstance(node.func, ast.Name) or node.args or node.keywords:
        return False
    name = node.func.id
    is_mapping = name == "globals" or (name in ("locals", "vars") and len(within) == 1)
    return is_mapping and scopes.is_global(name, within)


def is_typing_only(test):
    """Whether a condition is `TYPE_CHECKING`, which is never true while a program runs."""
    return (isinstance(test, ast.Name) and test.id == "TYPE_CHECKING") or (
        isinstance(test, ast.Attribute) and test.attr == "TYPE_CHECKING"
    )


def absolute(node, name, is_package):
    """The module that a from-import names, spelled out; None where it leads out of the topmost package."""
    if not node.level:
        return node.module
    parts = name.split(".")
    parts = parts[: len(parts) - node.level + is_package]
    return ".".join(parts + ([node.module] if node.module else [])) if parts else None


class Scanner(Walker):
    def __init__(self, tree, name, is_package):
        super().__init__(has_text_annotations(tree))
        self.found = Scan()
        self.name = name
        self.is_package = is_package
        self.read = set()
        self.texts = set()
        self.looks_up_modules = False
        self.methods = {}
        self.classes = []

    def visit(self, node):
        kind = type(node)
        method = self.methods.get(kind)
        if method is None:
            method = self.methods[kind] = getattr(self, "visit_" + kind.__name__, self.generic_visit)
        return method(node)

    def generic_visit(self, node):
        """Visits what is below; a scan replaces nothing."""
        for child in scopes.children(node):
            if not isinstance(child, ast.expr_context):
                self.visit(child)
        return node

    def visit_If(self, node):
        if is_typing_only(node.test) and len(self.scopes) == 1:
            self.field(node, "test")
            self.each(node.orelse)
            return node
        return self.generic_visit(node)

    def visit_Import(self, node):
        if len(self.scopes) == 1:
            self.found.statements.append(
                [
                    [scopes.local_name(alias), alias.name, "" if alias.asname and "." in alias.name else None]
                    for alias in node.names
                ]
            )
        return node

    def visit_ImportFrom(self, node):
        if len(self.scopes) > 1:
            return node
        module = absolute(node, self.name, self.is_package)
        parts = []
        if module is None or module == "__future__":
            pass
        elif node.names[0].name == "*":
            self.found.stars[len(self.found.statements)] = module
        else:
            parts = [[scopes.local_name(alias), module, alias.name] for alias in node.names]
        self.found.statements.append(parts)
        return node

    def visit_Name(self, node):
        name, found = node.id, self.found
        if not isinstance(node.ctx, ast.Load):
            if isinstance(node.ctx, ast.Del) or len(self.scopes) > 1:
                if scopes.is_global(name, self.scopes):
                    found.needed.add(name)
                    found.rebound.add(name)
            return node
        if self.annotated is not None and self.has_text_annotations:
            self.mention(name)
        elif scopes.is_global(name, self.scopes):
            self.read.add(name)
            if self.is_running or (LATE_ANNOTATIONS and self.annotated is not None):
                found.needed.add(name)
            if name == "globals":
                # Not called here, but handed on.
                found.refusal = name
            if name in ("eval", "exec") and self.is_running:
                found.refusal = name
        elif self.scopes[-1].kind == "class":
            found.needed.add(name)
        return node

    def mention(self, name):
        """A name in an annotation that is kept as text: whoever looks at it early needs it early."""
        owner = self.annotated
        if isinstance(owner, ast.AnnAssign) or not all(is_blind(one) for one in owner.decorator_list):
            self.found.needed.add(name)
        self.found.mentioned.add(name)

    def visit_Attribute(self, node):
        if node.attr == "modules" and isinstance(node.value, ast.Name) and node.value.id == "sys":
            self.looks_up_modules = True
        if node.attr == "__subclasses__":
            self.found.parents.append([getattr(node.value, "id", None), self.classes[-1] if self.classes else None])
        return self.generic_visit(node)

    def visit_Call(self, node):
        if mapping_called(node, self.scopes):
            self.read.add(node.func.id)
            return node
        return self.generic_visit(node)

    def visit_Constant(self, node):
        if isinstance(node.value, str) and DOTTED.fullmatch(node.value):
            self.texts.add(node.value)
        if isinstance(node.value, str) and EXPRESSION.fullmatch(node.value):
            words = WORD.findall(node.value)
            self.found.mentioned.update(words)
            if self.annotated is not None and self.is_running:
                self.text_annotation(words)
        return node

    def text_annotation(self, words):
        owner = self.annotated
        if isinstance(owner, ast.AnnAssign) or not all(is_blind(one) for one in owner.decorator_list):
            self.found.needed.update(words)

    def visit_FunctionDef(self, node):
        self.rebind(node)
        return super().visit_FunctionDef(node)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_ClassDef(self, node):
        self.rebind(node)
        self.classes.append(node.name)
        super().visit_ClassDef(node)
        self.classes.pop()
        return node

    def rebind(self, node):
        if len(self.scopes) == 1 and node.decorator_list:
            # A decorator may look for what the name stood for before.
            self.found.needed.add(node.name)
        if len(self.scopes) > 1 and node.name in self.scopes[-1].declared:
            self.found.needed.add(node.name)
            self.found.rebound.add(node.name)

    def visit_Global(self, node):
        # What a function declares it also binds, or it would not declare it.
        self.found.needed.update(node.names)
        self.found.rebound.update(node.names)
        return node


def is_blind(decorator):
    """Whether a decorator is one that leaves annotations alone."""
    if isinstance(decorator, ast.Call):
        decorator = decorator.func
    name = decorator.attr if isinstance(decorator, ast.Attribute) else getattr(decorator, "id", None)
    return name in BLIND
