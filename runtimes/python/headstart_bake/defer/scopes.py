"""What the scopes of a syntax tree bind, and which names in them are the module's."""

import ast

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
# Nodes that bind nothing and have nothing below them.
BARE = (ast.Constant, ast.expr_context, ast.operator, ast.unaryop, ast.cmpop, ast.boolop, ast.Pass, ast.alias)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


class Scope:
    """One scope: `module`, `function`, `class`, or `inner` (a comprehension, a list of type parameters)."""

    def __init__(self, kind, bound=(), declared=()):
        self.kind = kind
        self.bound = set(bound)
        self.declared = set(declared)


def of_function(node):
    """The scope of a function's or a lambda's body."""
    arguments = node.args
    every = arguments.posonlyargs + arguments.args + arguments.kwonlyargs
    every += [one for one in (arguments.vararg, arguments.kwarg) if one is not None]
    bound, declared = bindings(node.body if isinstance(node.body, list) else [node.body])
    return Scope("function", bound | {one.arg for one in every}, declared)


def of_class(node):
    """The scope of a class's body."""
    return Scope("class", *bindings(node.body))


def of_comprehension(node):
    """The scope within a comprehension."""
    targets = [generator.target for generator in node.generators]
    return Scope("inner", bindings(targets)[0])


def of_type_parameters(node):
    """The scope around what has type parameters (PEP 695)."""
    return Scope("inner", {parameter.name for parameter in node.type_params})


def bindings(nodes):
    """The names that the nodes bind in their own scope, and those that they declare global."""
    bound, declared, todo = set(), set(), list(nodes)
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Global):
            declared.update(node.names)
        elif isinstance(node, FUNCTIONS):
            bound.add(node.name)
            todo += outside_function(node)
        elif isinstance(node, ast.Lambda):
            todo += outside_function(node)
        elif isinstance(node, ast.ClassDef):
            bound.add(node.name)
            todo += node.decorator_list + node.bases + [keyword.value for keyword in node.keywords]
        elif isinstance(node, COMPREHENSIONS):
            bound.update(one.target.id for one in ast.walk(node) if isinstance(one, ast.NamedExpr))
        elif not isinstance(node, BARE):
            bound.update(own_names(node))
            todo += children(node)
    return bound - declared, declared


def children(node):
    """The nodes right below one; as `ast.iter_child_nodes`, in half the time."""
    found = []
    for name in node._fields:
        child = getattr(node, name, None)
        if type(child) is list:
            found += [one for one in child if isinstance(one, ast.AST)]
        elif isinstance(child, ast.AST):
            found.append(child)
    return found


def outside_function(node):
    """The expressions of a function or lambda that are evaluated where it stands, annotations aside."""
    defaults = node.args.defaults + [default for default in node.args.kw_defaults if default is not None]
    return defaults + getattr(node, "decorator_list", [])


def annotations_of(node):
    """The annotations in a function's head."""
    arguments = node.args
    every = arguments.posonlyargs + arguments.args + arguments.kwonlyargs + [arguments.vararg, arguments.kwarg]
    found = [one.annotation for one in every if one is not None and one.annotation is not None]
    return found + ([node.returns] if node.returns is not None else [])


def own_names(node):
    """The names that this one node binds, what is within it aside."""
    if isinstance(node, ast.Name):
        return () if isinstance(node.ctx, ast.Load) else (node.id,)
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return [local_name(alias) for alias in node.names]
    kind = type(node).__name__
    if kind in ("ExceptHandler", "MatchAs", "MatchStar"):
        return [node.name] if node.name else []
    if kind == "MatchMapping":
        return [node.rest] if node.rest else []
    return ()


def local_name(alias):
    """The name that one part of an import statement binds."""
    return alias.asname or alias.name.partition(".")[0]


def is_global(name, scopes):
    """Whether a name, read in the innermost scope, is looked up in the module."""
    for position, scope in enumerate(reversed(scopes)):
        if scope.kind == "module" or name in scope.declared:
            return True
        if name in scope.bound and (scope.kind != "class" or position == 0):
            return False
    return True
