"""The digital inputs that can stop a charge, read once a tick.

Takes objects with machine.Pin's value(); a board names them.  Which fault an input stands for and
for how many ticks it must agree is a row; an input that is not fitted has no row.
"""

from evse.core import faults

AT_ONCE = 1
DEBOUNCED = 5  # 50 ms


class Guard:
    """faults(): FAULT_* bits standing now.  tripped(): the residual-current device's input.

    Rows: (pin, level that means trouble, fault bit, ticks of agreement).
    """

    def __init__(self, rows=(), rcd_pin=None, rcd_level: int = 1) -> None:
        self._rows = rows
        self._agreed = [0] * len(rows)
        self._rcd_pin = rcd_pin
        self._rcd_level = rcd_level

    def faults(self) -> int:
        bits = 0
        for number in range(len(self._rows)):
            pin, level, bit, ticks = self._rows[number]
            if pin.value() == level:
                if self._agreed[number] < ticks:
                    self._agreed[number] += 1
                if self._agreed[number] >= ticks:
                    bits |= bit
            else:
                self._agreed[number] = 0
        return bits

    def tripped(self) -> bool:
        return self._rcd_pin is not None and self._rcd_pin.value() == self._rcd_level


def switches(earth, stop, door) -> tuple:
    """Socket.fitted_rows of the three inputs whose settings say whether they are fitted: pins of
    the PE monitor, the emergency stop and the enclosure's switch."""
    return (
        ("earth", protective_earth(earth)),
        ("emergency_stop", emergency_stop(stop)),
        ("enclosure", enclosure(door)),
    )


def emergency_stop(pin, level: int = 1) -> tuple:
    """A row for a normally closed button that pulls the pin low while it is not pressed."""
    return (pin, level, faults.FAULT_EMERGENCY_STOP, AT_ONCE)


def enclosure(pin, level: int = 1) -> tuple:
    return (pin, level, faults.FAULT_ENCLOSURE_OPEN, DEBOUNCED)


def protective_earth(pin, level: int = 1) -> tuple:
    """A row for a PE monitor whose output says that the earth is lost."""
    return (pin, level, faults.FAULT_PE_LOST, DEBOUNCED)
