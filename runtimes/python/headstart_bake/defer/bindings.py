"""Which names of loaded modules are what an import statement bound, and could as well be bound later."""

import ast
import re
import sys

from .registrations import is_module, names_of
from .scan import scan

MISSING = object()
scans = {}


def scanned(name, module):
    """A module's scan; None where its source is not to be had."""
    if name not in scans:
        try:
            spec = module.__spec__
            tree = ast.parse(spec.loader.get_data(spec.origin))
            scans[name] = scan(tree, name, spec.submodule_search_locations is not None)
        except (OSError, SyntaxError, ValueError, RecursionError):
            scans[name] = None
    return scans[name]


def imported_names(modules):
    """By module, the names that its import statements bind."""
    found = {}
    for name, module in modules.items():
        facts = scanned(name, module)
        if facts is None:
            continue
        found[name] = {part[0] for statement in facts.statements for part in statement}
        for star in facts.stars.values():
            if is_module(sys.modules.get(star)):
                found[name].update(names_of(sys.modules[star]))
    return found


def parents(name, module):
    """What a module's source asks for its subclasses."""
    facts = scanned(name, module)
    return facts.parents if facts is not None else []


def read(modules):
    """The facts of each source, in simple types."""
    found = {}
    for name, module in modules.items():
        facts = scanned(name, module)
        if facts is not None:
            found[name] = facts_of(name, module, facts)
    return found


def facts_of(name, module, facts):
    names = names_of(module)
    submodules, kept = attributes(name, names)
    for number, star in facts.stars.items():
        facts.statements[number] = [[one, star, one] for one in star_names(star)]
    return {
        "statements": facts.statements,
        "deferrable": {} if facts.refusal else deferrable(name, names, facts),
        "refusal": facts.refusal,
        "mentioned": sorted(facts.mentioned),
        "extra": [] if facts.refusal else sorted(facts.unbound.intersection(submodules)),
        "stars": facts.stars,
        "named": sorted(facts.named),
        "submodules": submodules,
        "kept": kept,
    }


def star_names(module):
    """What a star import takes from a module."""
    found = sys.modules.get(module)
    if not is_module(found):
        return []
    names = names_of(found)
    listed = names.get("__all__")
    if listed is None:
        return [name for name in names if not name.startswith("_")]
    return [name for name in dict.fromkeys(listed) if type(name) is str and value_of(module, name) is not MISSING]


def attributes(name, names):
    """The submodules that are attributes of a package, and those whose name the package uses otherwise."""
    submodules, kept = [], []
    for other in sys.modules:
        parent, _, child = other.rpartition(".")
        if parent == name:
            (submodules if names.get(child) is sys.modules[other] else kept).append(child)
    return submodules, kept


def deferrable(name, names, facts):
    """By statement, the names that nothing needs at once and that still are what the statement bound."""
    found = {}
    for number, statement in enumerate(facts.statements):
        if any(own_submodule(name, part[1]) in facts.needed for part in statement):
            # To import from a submodule makes it a name of the package, which is read.
            continue
        local = [
            part[0]
            for part in statement
            if part[0] not in facts.needed and not is_private(part[0]) and is_bound(names, facts, *part)
        ]
        if local:
            found[number] = local
    return found


def own_submodule(package, module):
    """The package's own name for the submodule that a statement imports from."""
    return module[len(package) + 1 :].partition(".")[0] if module.startswith(package + ".") else None


def is_private(name):
    """Whether a class's body would see another name in its place."""
    return name.startswith("__") and not name.endswith("__")


def is_bound(names, facts, local, module, attribute):
    # `import a.b` whose name nobody reads is there for what it does.
    if attribute is None and local not in facts.read and local not in facts.exported:
        return False
    value = value_of(module, attribute)
    return value is not MISSING and names.get(local, MISSING) is value


def value_of(module, attribute):
    found = sys.modules.get(module)
    if found is None:
        return MISSING
    if attribute is None:
        return sys.modules.get(module.partition(".")[0], MISSING)
    if not attribute:
        return found
    facts = scanned(module, found) if has_source(found) else None
    if facts is not None and attribute in facts.rebound:
        return MISSING
    value = names_of(found).get(attribute, MISSING) if is_module(found) else MISSING
    if value is MISSING:
        value = sys.modules.get("%s.%s" % (module, attribute), MISSING)
    return getattr(found, attribute, MISSING) if value is MISSING else value


def has_source(module):
    return type(getattr(getattr(module, "__spec__", None), "loader", None)).__name__ == "SourceFileLoader"


NAME = re.compile(rb"(?<![\w.])[A-Za-z_][\w.]*(?=\0)")


def names_in(path):
    """The texts in a shared object that could be modules' names."""
    try:
        with open(path, "rb") as file:
            return set(NAME.findall(file.read()))
    except OSError:
        return set()
