import sympy


def handler(event, context):
    x = sympy.Symbol("x")
    return str(sympy.expand((x + 1) ** event.get("power", 3)))
