"""Compiles sources to hash-based bytecode (PEP 552), with the interpreter that will run them.

Standard input: {"root": directory, "checked": bool, "files": [path below the root, ...]}. Standard output: one
JSON object a line for each source that does not compile, {"file", "line", "message"}. Code objects carry paths
below the root, so that the same sources give the same bytecode wherever they lie; the import system puts the
real path in.
"""

import json
import os
import sys
import warnings
from importlib import util
from importlib._bootstrap_external import _code_to_hash_pyc


def main():
    order = json.load(sys.stdin)
    # Warnings of the compiler, of invalid escapes for one, are the sources' affair.
    warnings.simplefilter("ignore")
    for name in order["files"]:
        failure = compile_one(order["root"], name, order["checked"])
        if failure is not None:
            sys.stdout.write(json.dumps(failure) + "\n")


def compile_one(root, name, checked):
    path = os.path.join(root, name)
    try:
        with open(path, "rb") as file:
            source = file.read()
        code = compile(source, name, "exec", dont_inherit=True, optimize=0)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return {"file": name, "line": getattr(error, "lineno", None), "message": str(error)}
    write(util.cache_from_source(path, optimization=""), _code_to_hash_pyc(code, util.source_hash(source), checked))
    return None


def write(path, content):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content)


if __name__ == "__main__":
    main()
