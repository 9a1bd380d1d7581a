"""Decides which names of which import statements wait. Pure: everything comes from the facts of recorded runs."""

from . import graph
from .bindings import names_in


class Plan:
    """`deferred`: by module and number of the statement, the names that wait."""

    def __init__(self, facts):
        self.facts = facts
        self.modules = facts["modules"]
        self.sources = facts["sources"]
        self.before = set(facts["before"])
        self.rank = {name: place for place, name in enumerate(facts["started"])}
        self.spoken = extension_words(facts)
        self.needs = extension_needs(facts, self.spoken)
        self.companions = companions(facts)
        self.found_as = {}
        for holder, other, names in facts["registrations"]:
            self.found_as.setdefault((holder, other), set()).update(names)
        named = {name for source in self.sources.values() for name in source["named"]}
        self.deferred = {
            name: self.candidates(source, named) for name, source in self.sources.items() if source["deferrable"]
        }
        # While a culprit is looked for: the only statements whose names wait.
        self.allowed = None
        self.reasons = {}
        self.force(name for name, what in facts["acts"] if name and not self.is_harmless(name, what))

    def candidates(self, source, named):
        found = {}
        for number, names in source["deferrable"].items():
            kept = {
                part[0]
                for part in source["statements"][number]
                if part[0] in names and self.is_worth(part[1], part[2]) and not named & {part[1], joined(part)}
            }
            if kept:
                found[number] = kept
        return found

    def is_worth(self, module, attribute):
        """Whether there is something to load: not a module that each interpreter has."""
        full = "%s.%s" % (module, attribute) if attribute else module
        return any(name in self.modules and name not in self.before for name in (module, full))

    def is_harmless(self, name, what):
        """The standard library puts only its own affairs in order when it ends, logs or pickles."""
        origin = self.modules.get(name, {}).get("origin") or ""
        return what in ("exit", "logging", "pickling") and origin.startswith(self.facts["library"])

    def force(self, wanted, reached=()):
        """Takes back what keeps modules from being loaded where the plain run loaded them. Whether any did.

        `reached`: the modules that are loaded in spite of that.
        """
        reached = set(reached)
        targets = set()
        for name in wanted:
            while name and name not in reached and name not in targets:
                targets.add(name)
                name = self.facts["parents"].get(name, "")
        lost = [
            (name, number, part[0])
            for name, statements in self.deferred.items()
            if not reached or name in reached
            for number, names in statements.items()
            for part in self.sources[name]["statements"][number]
            if part[0] in names and (part[1] in targets or joined(part) in targets)
        ]
        for one in lost:
            self.take_back(*one, "puts something into other modules or the process")
        return bool(lost)

    def missed(self, loaded):
        """Pairs of a loaded module and one that put something into it in the plain run, and is not loaded."""
        return [
            (holder, other)
            for holder, others in self.companions.items()
            if holder in loaded
            for other in others
            if other not in loaded
        ]

    def take_back(self, name, number, local, reason):
        self.deferred[name][number].discard(local)
        self.reasons.setdefault((name, local), reason)

    def take_back_name(self, name, local, reason):
        """Whether a name waited, and does not any more."""
        waiting = [number for number, names in self.deferred.get(name, {}).items() if local in names]
        for number in waiting:
            self.take_back(name, number, local, reason)
        return bool(waiting)

    def take_back_statement(self, name, number, reason):
        for local in sorted(self.deferred[name][number]):
            self.take_back(name, number, local, reason)

    def take_back_packages(self, packages):
        """Takes back all that waits in the modules of packages, or for those. Whether anything did."""
        lost = [
            (name, number, part[0])
            for name, statements in self.deferred.items()
            for number, names in statements.items()
            for part in self.sources[name]["statements"][number]
            if part[0] in names and not packages.isdisjoint((topmost(name), topmost(part[1])))
        ]
        for one in lost:
            self.take_back(*one, "is of a package whose state would differ")
        return bool(lost)

    def chain(self, names):
        """Has modules filled one after the other, as far as needs and imports can do it. Whether anything changed.

        Where the plain run began them in that order, the later one needs the earlier one; where the earlier one
        was loaded by the later one, it is again.
        """
        before = self.kept()
        for position, name in enumerate(names):
            earlier = [one for one in names[:position] if self.place(one) < self.place(name)]
            if earlier and name in self.modules and earlier[-1] not in self.needs.get(name, ()):
                self.needs.setdefault(name, []).append(earlier[-1])
            if position and self.place(names[position - 1]) > self.place(name):
                self.load_within(names[position - 1], name)
        return self.kept() != before

    def load_within(self, name, outer):
        """Has a module loaded as a part of another, where the plain run did so."""
        path = [name]
        while path[-1] and path[-1] != outer:
            path.append(self.facts["parents"].get(path[-1], ""))
        for child, parent in zip(path, path[1:]) if path[-1] else ():
            for number, names in self.deferred.get(parent, {}).items():
                for part in self.sources[parent]["statements"][number]:
                    if part[0] in names and child in (part[1], joined(part)):
                        self.take_back(parent, number, part[0], "loads what has to be there in time")

    def kept(self):
        """A copy of what trying something may change."""
        deferred = {
            name: {number: set(names) for number, names in statements.items()}
            for name, statements in self.deferred.items()
        }
        return deferred, {name: list(needs) for name, needs in self.needs.items()}, dict(self.reasons)

    def restore(self, kept):
        deferred, self.needs, self.reasons = kept
        # Modules whose code cannot be rewritten have been left out since.
        self.deferred = {name: statements for name, statements in deferred.items() if name in self.deferred}

    def names(self, name):
        """By number, the names of a module that wait."""
        return {
            number: sorted(names)
            for number, names in self.deferred.get(name, {}).items()
            if names and (self.allowed is None or (name, number) in self.allowed)
        }

    def statements(self):
        """The statements of which something waits, in the order of the plain run."""
        every = [(name, number) for name in self.deferred for number in self.names(name)]
        return sorted(every, key=lambda one: (self.place(one[0]), one))

    def stars(self, name):
        """By number, all the names of a module's star imports, where some of them wait."""
        source, waiting = self.sources[name], self.names(name)
        return {
            number: [part[0] for part in source["statements"][number]]
            for number in source["stars"]
            if number in waiting
        }

    def count(self):
        return sum(len(names) for statements in self.deferred.values() for names in statements.values())

    def table(self, with_companions=True):
        """By module, what `headstart_launcher.image.deferred.execute` and `order.prepare` are given."""
        before = graph.predecessors(self.edges(), self.rank)
        found = {}
        for name, module in self.modules.items():
            first = tuple(sorted({*before.get(name, ()), *self.needs.get(name, ())}, key=self.place))
            if module["kind"] == "source" and name in self.sources:
                entry = (*self.own_part(name), first, tuple(self.companions.get(name, ())) if with_companions else ())
            else:
                entry = ((), (), (), False, first, ())
            if any(entry):
                found[name] = entry
        for alias, name in self.facts["aliases"].items():
            if alias not in found and name in self.modules:
                found[alias] = ((), (), (), False, (name,), ())
        return found

    def place(self, name):
        return self.rank.get(name, -1)

    def own_part(self, name):
        source, waiting = self.sources[name], self.names(name)
        bound = set()
        statements = []
        for number, statement in enumerate(source["statements"]):
            parts = [part for part in statement if part[0] in waiting.get(number, ())]
            statements.append(tuple((*part, part[0] in bound) for part in parts))
            bound.update(part[0] for part in statement if part[0] in source["deferrable"].get(number, ()))
        names = {local for locals_ in waiting.values() for local in locals_}
        return (
            tuple(statements) if names else (),
            tuple(source["submodules"]),
            tuple(source["kept"]),
            not names.isdisjoint(source["mentioned"]),
        )

    def edges(self):
        """By module, those that its execution imports."""
        found = {name: set(self.spoken.get(name, ())) for name in self.modules}
        for name, source in self.sources.items():
            waiting = self.names(name)
            for number, statement in enumerate(source["statements"]):
                is_whole = number in source["stars"] and not waiting.get(number)
                for part in () if is_whole else statement:
                    if part[0] not in waiting.get(number, ()):
                        found[name].update(self.targets(part[1], part[2]))
            found[name].update(star for number, star in source["stars"].items() if not waiting.get(number))
        return found

    def targets(self, module, attribute, depth=0):
        """What taking a name from a module loads."""
        yield module
        if not attribute:
            return
        full = "%s.%s" % (module, attribute)
        if full in self.modules:
            yield full
        for number, names in self.names(module).items() if depth < 20 else ():
            if attribute in names:
                for part in self.sources[module]["statements"][number]:
                    if part[0] == attribute:
                        yield from self.targets(part[1], part[2], depth + 1)


def topmost(name):
    return name.partition(".")[0]


def joined(part):
    """The full name of what could be a submodule."""
    return "%s.%s" % (part[1], part[2]) if part[2] else part[1]


def extension_words(facts):
    """By extension module, the modules that its file speaks of, packages around it aside."""
    found = {}
    for name, module in facts["modules"].items():
        if module["kind"] == "extension" and name in facts["ready"]:
            words = names_in(module["origin"])
            found[name] = [
                other
                for other in facts["modules"]
                if other.encode() in words and not (name + ".").startswith(other + ".")
            ]
    return found


def extension_needs(facts, spoken):
    """By extension module, those that it speaks of and that were there before it."""
    found = {}
    for name, others in spoken.items():
        there = facts["finished"][: facts["ready"][name]]
        needs = [other for other in dict.fromkeys(there) if other in others]
        if needs:
            found[name] = needs
    return found


def companions(facts):
    """By module, those that put something into it."""
    found = {}
    for holder, other, _ in facts["registrations"]:
        if other != holder and other in facts["modules"] and holder in facts["sources"]:
            found.setdefault(holder, []).append(other)
    order = {name: place for place, name in enumerate(facts["started"])}
    return {
        holder: sorted({one for one in others if one in order}, key=order.get) for holder, others in found.items()
    }
