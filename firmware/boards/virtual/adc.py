"""The virtual board's converter: raw counts of the pilot's sense divider, and of the proximity.

    node = 1.689 V + 0.1126 x pilot, 3.3 V reference, 12 bits shown as 16

which is 100 kOhm from the pilot, 22 kOhm to 3.3 V and 30 kOhm to ground.  A burst of samples
costs one copy: the waveform is worked out when the circuit changes, a few noisy versions of it
are kept, and bursts take turns among them.
"""

from array import array

from boards.virtual.chance import Chance
from boards.virtual.circuit import FULL_PPM

_REFERENCE_UV = 3_300_000
_NODE_ZERO_UV = 1_689_000
_NODE_GAIN_TENTH = 1_126  # uV at the node for 10 mV at the pilot
_FULL_COUNTS = 65_535
_STEP_MASK = 0xFFF0  # a 12-bit converter

SAMPLES = 16  # in a burst, unless asked otherwise
VERSIONS = 16  # noisy versions of one waveform; a power of two

# What is left of a voltage step after 0, 1, 2 ... us, in permille: about 1 kOhm into 3 nF of
# cable and vehicle, which makes the edges as slow as EVerest's guide allows (under 10 us).
_EDGE_PERMILLE = (
    (1000, 717, 513, 368, 264, 189, 135, 97, 69, 50, 36)
    + (26, 18, 13, 9, 7, 5, 3, 2, 2, 1, 1)
)  # fmt: skip


def counts_of(pilot_mv: int) -> int:
    """What the converter says for a steady pilot voltage."""
    node_uv = _NODE_ZERO_UV + pilot_mv * _NODE_GAIN_TENTH // 10
    counts = node_uv * _FULL_COUNTS // _REFERENCE_UV
    return max(0, min(_FULL_COUNTS, counts)) & _STEP_MASK


class PilotSampler:
    """burst(buf) fills buf with samples of one pilot period.

    gated: the first half of the samples follows the rising edge and the second half the falling
    edge, each spread over its phase, as a converter triggered by the PWM does.  Otherwise
    the samples are even in time and short phases get few of them.  Either
    way some lie on the edges.
    """

    def __init__(self, circuit, seed: int = 1, gated: bool = True) -> None:
        self._circuit = circuit
        self._chance = Chance(seed)
        self._gated = gated
        self._version = -1
        self._n = 0
        self._turn = 0
        self._waves = [None] * VERSIONS
        self._stuck = -1

    def burst(self, buf) -> None:
        """Fill buf, an array('H')."""
        if self._version != self._circuit.version or len(buf) != self._n:
            self.prepare(len(buf))
        wave = self._waves[self._turn]
        if wave is None:
            self.prepare(len(buf))
            wave = self._waves[self._turn]
        self._turn = (self._turn + 1) & (VERSIONS - 1)
        for i in range(self._n):  # a slice would be an object on MicroPython's heap
            buf[i] = wave[i]

    def prepare(self, n: int = SAMPLES) -> None:
        """Work out the next burst of n samples now, so that burst() itself needs no heap."""
        if self._version != self._circuit.version or n != self._n:
            self._version = self._circuit.version
            self._n = n
            self._waves = [None] * VERSIONS
        if self._waves[self._turn] is None:
            self._waves[self._turn] = self._wave(self._turn)

    def stick(self, counts: int = -1) -> None:
        """Answer counts for ever; -1 mends it."""
        self._stuck = counts
        self._version = -1

    def _wave(self, turn: int):
        n = self._n
        if self._stuck >= 0:
            return array("H", (self._stuck,) * n)
        noise_mv = self._circuit.noise_mv
        wave = array("H")
        for i in range(n):
            pilot_mv = self._gated_mv(turn, i) if self._gated else self._even_mv(turn, i)
            if noise_mv:
                pilot_mv += self._chance.between(-noise_mv, noise_mv)
            wave.append(counts_of(pilot_mv))
        return wave

    def _gated_mv(self, turn: int, i: int) -> int:
        high_us = self._circuit.duty_ppm // 1_000
        half = self._n // 2
        late_us = turn % 8  # the trigger comes a little late, never the same
        if i < half:
            return self.mv_at(late_us + (high_us - late_us) * i // half)
        low_us = 1_000 - high_us
        return self.mv_at(high_us + late_us + (low_us - late_us) * (i - half) // (self._n - half))

    def _even_mv(self, turn: int, i: int) -> int:
        return self.mv_at((i * VERSIONS + turn) * 1_000 // (self._n * VERSIONS))

    def mv_at(self, us: int) -> int:
        """The pilot so long after the rising edge, up to a whole period."""
        circuit = self._circuit
        duty_ppm = circuit.duty_ppm
        if duty_ppm >= FULL_PPM:
            return circuit.high_mv
        if duty_ppm <= 0:
            return circuit.low_mv
        high_us = duty_ppm // 1_000
        if us < high_us:
            return circuit.high_mv - _left(circuit.high_mv - circuit.low_mv, us)
        return circuit.low_mv + _left(circuit.high_mv - circuit.low_mv, us - high_us)


def _left(step_mv: int, us: int) -> int:
    """What is still missing of a step, us after it began."""
    return step_mv * _EDGE_PERMILLE[us] // 1_000 if us < len(_EDGE_PERMILLE) else 0


class ProximitySampler:
    """read_u16() of the proximity contact: 1 kOhm up to the reference, the cable's coding down."""

    def __init__(self) -> None:
        self.ohm = -1  # -1: no cable

    def read_u16(self) -> int:
        if self.ohm < 0:
            return _FULL_COUNTS
        return (_FULL_COUNTS * self.ohm // (self.ohm + 1_000)) & _STEP_MASK
