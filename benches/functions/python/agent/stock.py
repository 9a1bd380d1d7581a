"""What the shop has, as tools that a model may use."""

STOCK = {"desk lamp": (12, "39.00"), "oak table": (0, "349.00"), "stool": (5, "59.00")}

TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "look_up",
            "description": "How many of an article there are, and its price in euros",
            "parameters": {
                "type": "object",
                "properties": {"article": {"type": "string"}},
                "required": ["article"],
            },
        },
    }
]


def use(name, arguments):
    """What the named tool says."""
    if name != "look_up":
        return {"error": "no such tool"}
    left, price = STOCK.get(arguments["article"], (0, None))
    return {"article": arguments["article"], "left": left, "price": price}
