"""Groups of modules that import each other, and what has to be imported before each."""


def components(edges):
    """The strongly connected components of a graph (Tarjan's algorithm, without recursion)."""
    index, low, on_stack = {}, {}, set()
    stack, found = [], []
    for root in edges:
        if root in index:
            continue
        work = [(root, iter(edges[root]))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, targets = work[-1]
            for target in targets:
                if target not in edges:
                    continue
                if target not in index:
                    index[target] = low[target] = len(index)
                    stack.append(target)
                    on_stack.add(target)
                    work.append((target, iter(edges[target])))
                    break
                if target in on_stack:
                    low[node] = min(low[node], index[target])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    found.append(take(stack, on_stack, node))
    return found


def take(stack, on_stack, node):
    component = []
    while True:
        top = stack.pop()
        on_stack.discard(top)
        component.append(top)
        if top == node:
            return component


def predecessors(edges, rank):
    """By module, those of its component that the recorded run started before it, in that order."""
    found = {}
    for component in components(edges):
        ordered = sorted((name for name in component if name in rank), key=rank.get)
        for position, name in enumerate(ordered):
            if position:
                found[name] = ordered[:position]
    return found
