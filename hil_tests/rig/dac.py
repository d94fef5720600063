"""The MCP4725: twelve bits of its supply, 3.3 V."""

from hil_tests.rig.commands import RigError

ADDRESSES = (0x60, 0x62, 0x61, 0x63)  # by the chip's suffix and its A0
SUPPLY_MV = 3_300


class Dac:
    """i2c: as machine.I2C.  RigError from write() when the converter does not answer."""

    def __init__(self, i2c) -> None:
        self._i2c = i2c
        self._address = ADDRESSES[0]
        self._buffer = bytearray(2)

    def find(self) -> bool:
        """Whether one of the usual addresses answers."""
        for self._address in ADDRESSES:
            try:
                self.write(0)
                return True
            except RigError:
                pass
        return False

    def write(self, mv: int) -> None:
        counts = max(0, min(4_095, mv * 4_096 // SUPPLY_MV))
        self._buffer[0] = counts >> 8  # fast mode, powered
        self._buffer[1] = counts & 0xFF
        try:
            self._i2c.writeto(self._address, self._buffer)
        except OSError:
            raise RigError("the MCP4725 does not answer") from None
