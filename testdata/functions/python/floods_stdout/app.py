LINE = "x" * 999_999


def handler(event, context):
    for _ in range(100):
        print(LINE)
    return "done"
