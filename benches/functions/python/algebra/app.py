"""Algebra on expressions that the event brings."""

from importlib import import_module

import sympy
from sympy.parsing.sympy_parser import parse_expr

# The function of `sympy.printing` that writes each notation, by the module that it stands in.
NOTATIONS = {
    "plain": ("str", "sstr"),
    "latex": ("latex", "latex"),
    "c": ("c", "ccode"),
    "python": ("pycode", "pycode"),
    "smtlib": ("smtlib", "smtlib_code"),
    "dot": ("dot", "dotprint"),
}


def handler(event, context):
    """What the task makes of the expression, in the notation that is wanted."""
    task = TASKS.get(event["task"])
    if task is None:
        return {"error": "no such task", "tasks": sorted(TASKS)}
    try:
        results = task(event)
    except (SyntaxError, NotImplementedError) as error:
        return {"error": type(error).__name__}
    write = writer(event.get("notation", "plain"))
    return {"results": [write(result) for result in results]}


def writer(notation):
    """The function that writes an expression."""
    module, function = NOTATIONS[notation]
    return getattr(import_module("sympy.printing." + module), function)


def solve(event):
    """Where the expression is zero."""
    solutions = sympy.solve(expression(event), variable(event))
    return sorted(solutions, key=sympy.default_sort_key)


def differentiate(event):
    """The derivative, factored."""
    return [sympy.factor(sympy.diff(expression(event), variable(event), event.get("order", 1)))]


def integrate(event):
    """The antiderivative, or the integral between bounds."""
    bounds = [parse_expr(bound) for bound in event.get("bounds", [])]
    return [sympy.simplify(sympy.integrate(expression(event), (variable(event), *bounds)))]


def expect(event):
    """Mean and variance of the expression, its variable being thrown by a die or distributed normally."""
    from sympy import stats

    chance = {"die": stats.Die, "normal": stats.Normal}[event["distribution"]]
    value = expression(event).subs(variable(event), chance("X", *event["parameters"]))
    return [stats.E(value), sympy.simplify(stats.variance(value))]


def convert(event):
    """The quantity in other units of measurement."""
    from sympy.physics import units

    quantity = parse_expr(event["expression"], local_dict=vars(units).copy())
    return [units.convert_to(quantity, [getattr(units, unit) for unit in event["units"]])]


def expression(event):
    """The expression that the event holds. Parsing evaluates it: it has to come from somebody trusted."""
    return parse_expr(event["expression"])


def variable(event):
    """The variable that the event names."""
    return sympy.Symbol(event.get("variable", "x"))


TASKS = {
    "solve": solve,
    "differentiate": differentiate,
    "integrate": integrate,
    "expect": expect,
    "convert": convert,
}
