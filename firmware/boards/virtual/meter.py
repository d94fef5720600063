"""A virtual Eastron meter that answers Modbus RTU on a wire: SDM120 and SDM630.

Its own reading of the protocol: the firmware's modbus.py is not imported, so that a mistake
there is not repeated here.  It measures the vehicle's currents and the mains, counts energy,
and can be told to misbehave (`fault`).  Register map: control-pilot facts of the Eastron
protocol documents as collected by SDM_Energy_Meter and mbmd.
"""

import struct

_W_MS_PER_WH = 3_600_000
_REPLY_MS = 30
_SLOW_MS = 1_500

FAULTS = ("", "silent", "crc", "address", "nan", "exception", "short", "slow")

# address -> (what, phase)
_SDM120 = {
    0x0000: ("v", 0),
    0x0006: ("i", 0),
    0x000C: ("p", 0),
    0x0046: ("hz", 0),
    0x0048: ("import", 0),
    0x004A: ("export", 0),
    0x0156: ("import", 0),
}
_SDM630 = {
    0x0000: ("v", 0),
    0x0002: ("v", 1),
    0x0004: ("v", 2),
    0x0006: ("i", 0),
    0x0008: ("i", 1),
    0x000A: ("i", 2),
    0x000C: ("p", 0),
    0x000E: ("p", 1),
    0x0010: ("p", 2),
    0x0034: ("total", 0),
    0x0046: ("hz", 0),
    0x0048: ("import", 0),
    0x004A: ("export", 0),
    0x0156: ("import", 0),
}
_MODELS = {"sdm120": (_SDM120, 0x0020), "sdm630": (_SDM630, 0x0070)}
_CODE_REGISTER = 0xFC02


class VirtualMeter:
    """end: its side of the bus.  load: current_ma[3] and power_w.  mains: mv[3] and mhz.

    import_wh: the register, as whole Wh.  asked: requests understood so far.
    """

    def __init__(self, end, load, mains, model: str = "sdm630", unit: int = 1) -> None:
        self._end = end
        self._load = load
        self._mains = mains
        self._map, self._code = _MODELS[model]
        self._unit = unit
        self.import_wh = 0
        self.fault = ""
        self.asked = 0
        self._rest_w_ms = 0
        self._stepped_ms = 0
        self._reply = b""
        self._reply_at_ms = 0

    def set_register(self, import_wh: int) -> None:
        """Reset, jump or exchange of the meter: the register says this from now on."""
        self.import_wh = import_wh
        self._rest_w_ms = 0

    def step(self, now_ms: int) -> None:
        power_w = self._load.power_w
        if power_w:
            self._rest_w_ms += power_w * (now_ms - self._stepped_ms)
            if self._rest_w_ms >= _W_MS_PER_WH:
                self.import_wh += self._rest_w_ms // _W_MS_PER_WH
                self._rest_w_ms %= _W_MS_PER_WH
        self._stepped_ms = now_ms
        if self._reply:
            if now_ms >= self._reply_at_ms:
                self._end.write(self._reply)
                self._reply = b""
        elif self._end.any() >= 8:
            self._serve(now_ms)

    def _serve(self, now_ms: int) -> None:
        request = self._end.read()
        if len(request) != 8 or crc(request) or request[0] != self._unit:
            return
        if self.fault == "silent" or not self._mains.mv[0]:
            return
        self.asked += 1
        self._reply = self._spoil(self._answer(request))
        self._reply_at_ms = now_ms + (_SLOW_MS if self.fault == "slow" else _REPLY_MS)

    def _answer(self, request: bytes) -> bytes:
        function = request[1]
        address, count = struct.unpack(">HH", request[2:6])
        if self.fault == "exception":
            return self._refuse(function, 4)
        if function == 4:
            if count & 1 or not 2 <= count <= 80:
                return self._refuse(function, 3)
            if address not in self._map:
                return self._refuse(function, 2)
            data = b""
            for register in range(address, address + count, 2):
                data += struct.pack(">f", self._value(register))
        elif function == 3 and address == _CODE_REGISTER and count == 1:
            data = struct.pack(">H", self._code)
        else:
            return self._refuse(function, 1 if function != 3 else 2)
        return bytes((self._unit, function, len(data))) + data

    def _refuse(self, function: int, code: int) -> bytes:
        return bytes((self._unit, function | 0x80, code))

    def _value(self, register: int) -> float:
        if self.fault == "nan":
            return float("nan")
        what, phase = self._map.get(register, ("", 0))
        mv = self._mains.mv[phase]
        ma = self._load.current_ma[phase]
        if what == "v":
            return mv / 1000
        if what == "i":
            return ma / 1000
        if what == "p":
            return (mv // 100) * (ma // 10) / 1000
        if what == "total":
            return float(self._load.power_w)
        if what == "hz":
            return self._mains.mhz / 1000
        if what == "import":
            return self.import_wh / 1000
        return 0.0

    def _spoil(self, body: bytes) -> bytes:
        fault = self.fault
        if fault == "address":
            body = bytes(((self._unit % 247) + 1,)) + body[1:]
        check = crc(body)
        frame = body + bytes((check & 0xFF, check >> 8))
        if fault == "crc":
            return frame[:3] + bytes((frame[3] ^ 1,)) + frame[4:]
        if fault == "short":
            return frame[:-2]
        return frame


_NIBBLES = (
    (0x0000, 0xCC01, 0xD801, 0x1400, 0xF001, 0x3C00, 0x2800, 0xE401)
    + (0xA001, 0x6C00, 0x7800, 0xB401, 0x5000, 0x9C01, 0x8801, 0x4400)
)  # fmt: skip


def crc(data: bytes) -> int:
    """CRC-16/MODBUS, four bits at a time; 0 over a frame with its own check behind it."""
    check = 0xFFFF
    for byte in data:
        check = (check >> 4) ^ _NIBBLES[(check ^ byte) & 15]
        check = (check >> 4) ^ _NIBBLES[(check ^ (byte >> 4)) & 15]
    return check
