"""Code objects of modules, as the import system would make them, rewritten for what waits."""

import ast
import marshal
import warnings

from .rewrite import is_faithful, rewrite


class Codes:
    """Makes each code object once. `refused`: modules whose rewritten code would differ in more than it may."""

    def __init__(self, plan):
        self.plan = plan
        self.made = {}
        self.refused = set()

    def of(self, name):
        """A module's marshalled code."""
        waiting = {} if name in self.refused else self.plan.names(name)
        extra = self.plan.sources[name]["extra"] if name in self.plan.sources and name not in self.refused else ()
        key = name, repr((waiting, extra))
        if key not in self.made:
            self.made[key] = marshal.dumps(self.make(name, waiting, extra))
        return self.made[key]

    def make(self, name, waiting, extra):
        origin = self.plan.modules[name]["origin"]
        with open(origin, "rb") as file:
            source = file.read()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            written = compile(source, origin, "exec", dont_inherit=True)
            if not waiting and not extra:
                return written
            tree = rewrite(ast.parse(source), waiting, self.plan.stars(name), extra)
            made = compile(tree, origin, "exec", dont_inherit=True)
        if is_faithful(written, made, set(extra).union(*waiting.values())):
            return made
        self.refused.add(name)
        self.plan.deferred.pop(name, None)
        return written
