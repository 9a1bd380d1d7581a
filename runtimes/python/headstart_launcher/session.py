"""What may be said when: the state machine of one connection. Pure."""

from .frames import ProtocolError

ANSWERS = frozenset(("ready", "result", "piece", "failure", "forked", "refused"))
FROM_WORKER = ANSWERS | {"hello", "log", "exited"}
HOOK_KINDS = ("prewarm", "before_freeze", "after_thaw", "before_snapshot", "after_restore")

# (state, kind): next state. From `preloading`, `ready` leads on by role.
TRANSITIONS = {
    ("connecting", "hello"): "greeted",
    ("greeted", "welcome"): "preloading",
    ("preloading", "failure"): "failed",
    ("stem", "specialize"): "specializing",
    ("stem", "shutdown"): "ending",
    ("specializing", "ready"): "idle",
    ("specializing", "failure"): "failed",
    ("idle", "invoke"): "busy",
    ("idle", "shutdown"): "ending",
    ("busy", "piece"): "busy",
    ("busy", "result"): "idle",
    ("busy", "failure"): "idle",
    ("hooking", "ready"): "idle",
    ("hooking", "failure"): "idle",
    ("zygote", "fork"): "forking",
    ("zygote", "shutdown"): "ending",
    ("zygote", "exited"): "zygote",
    ("forking", "exited"): "forking",
    ("forking", "forked"): "zygote",
    ("forking", "refused"): "zygote",
}
TRANSITIONS.update((("idle", kind), "hooking") for kind in HOOK_KINDS)


class Session:
    """Follows one connection and refuses what is not legal."""

    __slots__ = ("state", "role", "request")

    def __init__(self, state="connecting", role="worker"):
        self.state = state
        self.role = role
        self.request = 0

    def advance(self, kind, request):
        """Takes note of a message; a refused one leaves the state as it was."""
        state = TRANSITIONS.get((self.state, kind)) or self._by_role(kind)
        if state is None:
            raise _unexpected("%s is not legal in state %s" % (kind, self.state), request)
        if kind not in FROM_WORKER:
            self.request = request
        elif kind in ANSWERS and request != self.request:
            raise _unexpected("%s answers request %d, not %d" % (kind, request, self.request), request)
        self.state = state

    def _by_role(self, kind):
        if kind == "log" and self.state != "connecting":
            return self.state
        if kind == "ready" and self.state == "preloading":
            return "zygote" if self.role == "zygote" else "stem"
        if kind == "exited" and self.state == "ending" and self.role == "zygote":
            return "ending"
        return None


def _unexpected(message, request):
    return ProtocolError("protocol.unexpected_message", message, request)
