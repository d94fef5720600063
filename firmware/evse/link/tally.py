"""How often each named thing has happened to a link, and the last failure in words."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_MOST = (1 << 30) - 1  # the largest small int of a 32-bit board
_MOST_WORDS = 96


class Tally:
    """counts: name -> times, every name there from the start.  last_error: "" or
    "name: detail", for people; a secret never gets here."""

    def __init__(self, names: "tuple[str, ...]") -> None:
        self.counts = dict.fromkeys(names, 0)
        self.last_error = ""

    def count(self, name: str) -> None:
        """Something happened that is no failure."""
        if self.counts[name] < _MOST:
            self.counts[name] += 1

    def fail(self, name: str, detail: object = "") -> None:
        """Something failed.  detail: what the peer or the interpreter says, cut to a line."""
        self.count(name)
        self.last_error = name
        try:
            if detail:
                self.last_error = f"{name}: {detail}"[:_MOST_WORDS]
        except MemoryError:
            pass  # the name alone will do

    def call(self, callback: "Callable[..., Any] | None", *values: object) -> "Any":
        """What the application's callback returns; None without one, or when it raised: that
        is counted as handler-raised, and never ends a poll."""
        if callback is None:
            return None
        try:
            return callback(*values)
        except Exception as error:
            self.fail("handler-raised", repr(error))
            return None
