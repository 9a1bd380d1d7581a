def handler(event, context):
    pieces = []
    while True:
        pieces.append(bytearray(b"x" * (1 << 20)))
