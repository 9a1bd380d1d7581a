"""Plans which imports of a function wait: what `headstart bake --defer` has the function's interpreter run.

Standard input: {"package", "entry", "events": [path, ...], "out": directory}. Written into `out`: `defer.json`, the
report with `codes`, [name, offset, bytes] of each module's code in `defer.code`; `defer.table`, marshalled.
"""

import json
import marshal
import os
import sys

sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

from headstart_bake.defer.bake import Failed, defer  # noqa: E402


def main():
    order = json.load(sys.stdin)
    try:
        deferral = defer(order["package"], order["entry"], order["events"], say)
    except Failed as failure:
        sys.stderr.write("%s\n" % failure)
        return 1
    out, codes = order["out"], []
    with open(os.path.join(out, "defer.code"), "wb") as file:
        for name, code in sorted(deferral.codes.items()):
            codes.append([name, file.tell(), len(code)])
            file.write(code)
    with open(os.path.join(out, "defer.table"), "wb") as file:
        marshal.dump(deferral.table, file)
    with open(os.path.join(out, "defer.json"), "w") as file:
        json.dump({**deferral.report, "codes": codes}, file)
    return 0


def say(text):
    sys.stderr.write(text + "\n")


if __name__ == "__main__":
    sys.exit(main())
