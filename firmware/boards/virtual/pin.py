"""A pin of the virtual board, with machine.Pin's value(), on() and off().

The world reads and writes `level`; the firmware only calls the methods.
"""


class VirtualPin:
    def __init__(self, level: int = 0) -> None:
        self.level = level

    def value(self, level: int | None = None) -> int | None:
        """The level; or set it and answer None, as machine.Pin does."""
        if level is None:
            return self.level
        self.level = 1 if level else 0
        return None

    def on(self) -> None:
        self.level = 1

    def off(self) -> None:
        self.level = 0
