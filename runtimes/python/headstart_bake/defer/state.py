"""What the interpreter looks like after a run, in words that two runs can be compared by.

By module and name, a digest of what the name stands for: containers and instances by their parts, functions and
classes by their qualified names, classes of the module itself by their attributes too. Nothing that differs from
run to run by itself (addresses, hashes, the order of sets) goes into it.
"""

import sys
import types
from _weakref import ref

from . import process
from .registrations import Walk, is_module, names_of

DEPTH = 7
# Names that a module has only because it is deferred.
HIDDEN = ("__headstart__", "__headstart_deferred__", "__getattr__", "__builtins__")
MOST_PARTS = 5000
# What each class has and what says nothing.
OTHERS = ("__dict__", "__weakref__", "__doc__")
PLAIN = (str, bytes, int, float, complex, bool, type(None), type(Ellipsis))


def fingerprint(modules, absent, library, expected):
    """Digests by "module.name". `absent`: modules whose things do not count.

    `expected`: names that another run had; those that are not there yet are asked for, after all else.
    """
    words = Words(absent)
    found = words.of_process()
    for name in modules:
        module = sys.modules.get(name)
        origin = getattr(module, "__file__", None) or ""
        if not is_module(module) or (origin.startswith(library) and "-packages" not in origin):
            # The standard library's own state is its caches; what others see of it is the process's.
            continue
        for key, value in list(names_of(module).items()):
            if not (key.startswith("__") and key.endswith("__")):
                found["%s.%s" % (name, key)] = digest(words.of(value, name))
    for full in expected:
        if full not in found and not full.startswith("process."):
            found[full] = asked_for(full, words)
    return found


def asked_for(full, words):
    name, _, key = full.rpartition(".")
    try:
        return digest(words.of(getattr(sys.modules[name], key), name))
    except Exception as error:
        return "%s: %s" % (type(error).__name__, error)


def digest(text):
    # Not before the function has run.
    import hashlib

    return hashlib.sha1(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def attributes(value):
    """An instance's own, slots too, but for what it keeps of hashes, which differ from run to run."""
    found = {}
    for one in type(value).__mro__:
        for key, slot in vars(one).items():
            if type(slot) is types.MemberDescriptorType:
                try:
                    found[key] = slot.__get__(value)
                except AttributeError:
                    pass
    names = getattr(type(value), "__dict__", {}).get("__dict__")
    if isinstance(names, types.GetSetDescriptorType):
        found.update(names.__get__(value))
    return {key: one for key, one in found.items() if type(one) is not int or "hash" not in str(key)}


class Words:
    def __init__(self, absent):
        self.absent = absent
        self.owners = Walk(sys.modules)
        self.path = []

    def of_process(self):
        """By name, what is the whole process's."""
        found = {name: process.words_of(name, self.is_present) for name in process.names()}
        return {"process." + name: text for name, text in found.items() if text is not None}

    def of_name(self, full):
        """The words for one name of the comparison; None while there are none."""
        if full.startswith("process."):
            return process.words_of(full.partition(".")[2], self.is_present)
        name, _, key = full.rpartition(".")
        module = sys.modules.get(name)
        names = names_of(module) if is_module(module) else {}
        return self.of(names[key], name) if key in names else None

    def of(self, value, home, depth=0):
        kind = type(value)
        if kind in PLAIN:
            return repr(value)
        if is_module(value):
            return "module " + str(names_of(value).get("__name__"))
        if isinstance(value, type):
            return self.of_class(value, home, depth)
        if isinstance(value, (types.FunctionType, types.BuiltinFunctionType, types.MethodType)):
            return "function %s.%s" % (getattr(value, "__module__", ""), getattr(value, "__qualname__", ""))
        if isinstance(value, (ref, types.CodeType, types.FrameType)):
            return kind.__name__
        if depth >= DEPTH or any(value is one for one in self.path):
            return "..."
        self.path.append(value)
        try:
            return self.of_parts(value, home, depth + 1)
        except Exception:
            return "unreadable " + kind.__qualname__
        finally:
            self.path.pop()

    def of_class(self, value, home, depth):
        name = "class %s.%s" % (value.__module__, value.__qualname__)
        if value.__module__ != home or depth > 1:
            return name
        parts = [
            "%s=%s" % (key, self.of(one, home, depth + 1))
            for key, one in vars(value).items()
            if key not in OTHERS and not key.startswith("_abc") and self.counts(key, one)
        ]
        return name + "{" + ",".join(sorted(parts)) + "}"

    def of_parts(self, value, home, depth):
        if isinstance(value, dict):
            parts = [
                "%s:%s" % (self.of(key, home, depth), self.of(one, home, depth))
                for key, one in list(dict.items(value))[:MOST_PARTS]
                if self.counts(key, one)
            ]
            return "%s{%s}" % (type(value).__name__, ",".join(sorted(parts)))
        if isinstance(value, (list, tuple, set, frozenset)):
            parts = [self.of(one, home, depth) for one in list(value)[:MOST_PARTS] if self.counts(None, one)]
            if isinstance(value, (set, frozenset)):
                parts.sort()
            return "%s(%s)" % (type(value).__name__, ",".join(parts))
        own = attributes(value)
        kind = "%s.%s" % (type(value).__module__, type(value).__qualname__)
        return "%s<%s>" % (kind, self.of(own, home, depth) if own else "")

    def counts(self, key, value):
        """Whether an entry is nobody's who is absent."""
        names = self.owners.names_in(key) if key is not None else None
        if (names and names & self.absent) or (key is not None and self.owner(key) in self.absent):
            return False
        if type(key) is str and (key in self.absent or key in HIDDEN):
            return False
        if is_module(value):
            return names_of(value).get("__name__") not in self.absent
        if isinstance(value, tuple) and value:
            return value[0] not in HIDDEN and not (self.owners.names_in(value) or set()) & self.absent
        return type(value) in PLAIN or self.owner(value) not in self.absent

    def is_present(self, value):
        return self.counts(value if type(value) is str else None, value)

    def owner(self, value):
        """As for registrations; what C code made around a function is the function's module's."""
        if not isinstance(value, (type, types.FunctionType)):
            inner = getattr(type(value), "__dict__", {}).get("__dict__")
            inner = inner.__get__(value).get("__wrapped__") if isinstance(inner, types.GetSetDescriptorType) else None
            if isinstance(inner, types.FunctionType):
                return inner.__globals__.get("__name__")
        return self.owners.owner(value)
