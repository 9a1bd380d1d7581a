"""A transformer of syntax trees that knows the scopes: scanning and rewriting derive from it."""

import ast

from . import scopes


class Walker(ast.NodeTransformer):
    """Visits nodes in the scope that they are evaluated in.

    `is_running`: whether what is visited is evaluated while the module is executed. `in_annotation`: the innermost
    function whose head's annotation is visited, or the statement whose annotation it is.
    """

    def __init__(self, has_text_annotations):
        self.scopes = [scopes.Scope("module")]
        self.has_text_annotations = has_text_annotations
        self.annotated = None

    @property
    def is_running(self):
        return all(scope.kind != "function" for scope in self.scopes)

    def within(self, scope, visit):
        self.scopes.append(scope)
        try:
            visit()
        finally:
            self.scopes.pop()

    def each(self, nodes):
        """Visits nodes in place."""
        kept = []
        for node in nodes:
            made = self.visit(node)
            kept += made if isinstance(made, list) else [made]
        nodes[:] = kept

    def field(self, node, name):
        child = getattr(node, name)
        if child is not None:
            setattr(node, name, self.visit(child))

    def visit_FunctionDef(self, node):
        self.each(node.decorator_list)
        self.each_default(node.args)
        self.with_type_parameters(node, lambda: self.function_inside(node))
        return node

    visit_AsyncFunctionDef = visit_FunctionDef

    def function_inside(self, node):
        self.annotations(node)
        self.within(scopes.of_function(node), lambda: self.each(node.body))

    def visit_Lambda(self, node):
        self.each_default(node.args)
        self.within(scopes.of_function(node), lambda: self.field(node, "body"))
        return node

    def each_default(self, arguments):
        self.each(arguments.defaults)
        arguments.kw_defaults[:] = [default and self.visit(default) for default in arguments.kw_defaults]

    def annotations(self, node):
        arguments = node.args
        every = arguments.posonlyargs + arguments.args + arguments.kwonlyargs + [arguments.vararg, arguments.kwarg]
        for argument in every:
            if argument is not None:
                self.annotation(argument, "annotation", node)
        self.annotation(node, "returns", node)

    def annotation(self, holder, name, owner):
        before, self.annotated = self.annotated, owner
        self.field(holder, name)
        self.annotated = before

    def visit_AnnAssign(self, node):
        self.annotation(node, "annotation", node)
        self.field(node, "target")
        self.field(node, "value")
        return node

    def visit_ClassDef(self, node):
        self.each(node.decorator_list)
        self.with_type_parameters(node, lambda: self.class_inside(node))
        return node

    def class_inside(self, node):
        self.each(node.bases)
        self.each(node.keywords)
        self.within(scopes.of_class(node), lambda: self.each(node.body))

    def with_type_parameters(self, node, visit):
        if getattr(node, "type_params", None):
            self.within(scopes.of_type_parameters(node), lambda: (self.each(node.type_params), visit()))
        else:
            visit()

    def visit_TypeAlias(self, node):
        self.field(node, "name")
        self.with_type_parameters(node, lambda: self.field(node, "value"))
        return node

    def comprehension(self, node):
        self.field(node.generators[0], "iter")
        self.within(scopes.of_comprehension(node), lambda: self.comprehension_inside(node))
        return node

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = comprehension

    def comprehension_inside(self, node):
        for position, generator in enumerate(node.generators):
            self.field(generator, "target")
            if position:
                self.field(generator, "iter")
            self.each(generator.ifs)
        for name in ("elt", "key", "value"):
            if hasattr(node, name):
                self.field(node, name)
