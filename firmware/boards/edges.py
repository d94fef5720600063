"""A pin's edges as they come: the main loop may be too busy to see the pulses of an S0 output."""


class Edges:
    """Call it with edge(level, now_ms), which then runs at each edge, from the pin's interrupt."""

    def __init__(self, pin, ticks_ms) -> None:
        self._pin = pin
        self._ticks_ms = ticks_ms
        self._edge = None

    def __call__(self, edge) -> None:
        self._edge = edge
        self._pin.irq(self._on_edge, self._pin.IRQ_RISING | self._pin.IRQ_FALLING)

    def _on_edge(self, pin) -> None:
        if self._edge is not None:
            self._edge(pin.value(), self._ticks_ms())
