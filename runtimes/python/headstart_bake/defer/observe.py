"""The plain run: a process that runs the function and tells what a plan is made from.

Started as a program: `observe.py ORDER FACTS`, both marshalled. Nothing of it is imported before the run but what
the launcher imports too.
"""

import gc
import marshal
import os
import sys

sys.path[:0] = [os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))]

from headstart_bake.defer import trial  # noqa: E402
from headstart_bake.defer.watch import Watch, is_module  # noqa: E402

sys.path.pop(0)

KINDS = {"SourceFileLoader": "source", "ExtensionFileLoader": "extension", "NamespaceLoader": "namespace"}


def main():
    with open(sys.argv[1], "rb") as file:
        order = marshal.load(file)
    facts = observe(order)
    with open(sys.argv[2], "wb") as file:
        marshal.dump(facts, file)


def observe(order):
    before = set(sys.modules)
    watch = Watch()
    loaded, pairs = {}, []

    def between(phase):
        loaded[phase] = list(sys.modules)
        if phase == "init":
            watch.running.append("")
            watch.over()
            pairs.extend(read_registrations(before))
            watch.is_over = False

    watch.install()
    results = trial.run(order, between)
    watch.over()
    from headstart_bake.defer import bindings

    return {
        "results": results,
        "before": sorted(before),
        "init": loaded["init"],
        "modules": modules(),
        "sources": bindings.read(sources(before)),
        "registrations": pairs + [[*pair, [name]] for *pair, name in sorted(watch.patches)],
        "acts": sorted(watch.acts),
        "aliases": watch.aliases,
        "parents": watch.parents,
        "started": watch.started,
        "finished": watch.finished,
        "ready": watch.ready,
    }


def modules():
    """The facts of each module's spec, of those that an image can hold."""
    found = {}
    for name, module in list(sys.modules.items()):
        spec = getattr(module, "__spec__", None)
        if spec is None or spec.name != name or name == "__main__" or name.startswith(("headstart_bake", "headstart_launcher")):
            continue
        kind = KINDS.get(type(spec.loader).__name__.lstrip("_"))
        if kind is not None:
            places = spec.submodule_search_locations
            found[name] = {
                "kind": kind,
                "origin": spec.origin,
                "cached": spec.cached,
                "is_package": places is not None,
                "locations": None if places is None else [str(place) for place in places],
            }
    return found


def sources(before):
    """The modules with a source that this run has imported."""
    return {
        name: sys.modules[name]
        for name, facts in modules().items()
        if facts["kind"] == "source" and name not in before and is_module(sys.modules[name])
    }


def read_registrations(before):
    from headstart_bake.defer import bindings, registrations

    found = sources(set())
    is_collecting = gc.isenabled()
    # Syntax trees are many objects that go by themselves.
    gc.disable()
    imported = bindings.imported_names(found)
    if is_collecting:
        gc.enable()
    return [
        *([*pair, sorted(names)] for pair, names in registrations.registrations(found, imported).items()),
        *(
            [name, other, ["__subclasses__"]]
            for name, module in found.items()
            for other in sorted(registrations.subclasses(module, bindings.parents(name, module)), key=str)
            if other in found and other != name
        ),
    ]


if __name__ == "__main__":
    main()
