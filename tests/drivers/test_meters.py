"""Every kind of meter, by its published frames or its own arithmetic, and the table of them."""

import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boards.assembly import make_station
from boards.edges import Edges
from boards.virtual.board import Board, MemoryStore
from boards.virtual.wire import pair
from evse.app import config
from evse.core.energy import WRAP, EnergyCount
from evse.drivers.meter import GOOD, SILENT, STALE
from evse.drivers.meter_cse7766 import MeterCse7766
from evse.drivers.meter_iskra import scaled
from evse.drivers.meters import COUNTERS, METERS, MODBUS, PULSES, UART, make_meter
from evse.drivers.modbus import ModbusMaster, crc16

PZEM_REPLY = bytes.fromhex("F80414 08FE 3E950000 8F5C0000 E2400001 01F4 0063 0000 4580")
CSE_FRAME = bytes.fromhex("555A02ED1A00034200 3FB60003FB 4F1A00000581 71 03E8 8C".replace(" ", ""))


def sealed(body: bytes) -> bytes:
    check = crc16(body)
    return body + bytes((check & 0xFF, check >> 8))


class Answering:
    """A meter behind a line that answers a block's first register from a table."""

    def __init__(self, kind: str, unit: int, answers: dict[int, bytes]) -> None:
        near, self._far = pair()
        self.meter = make_meter(kind, ModbusMaster(near), unit)
        self.answers = answers
        self.requests: list[bytes] = []
        self.now_ms = 0

    def run(self, ms: int) -> None:
        for _ in range(ms // 10):
            self.now_ms += 10
            self.meter.poll(self.now_ms)
            request = self._far.read()
            if request:
                self.requests.append(request)
                answer = self.answers.get(request[2] << 8 | request[3])
                if answer is not None:
                    self._far.write(answer)

    @property
    def quality(self) -> str:
        return self.meter.quality(self.now_ms)


def test_the_settings_offer_every_meter_there_is() -> None:
    assert ("none", *METERS) == config.METERS


def test_a_pzem_is_asked_and_read_as_its_manual_has_it() -> None:
    line = Answering("pzem", 0xF8, {0: PZEM_REPLY})
    line.run(1_000)
    assert line.requests[0] == bytes.fromhex("F8040000000A6464")
    meter = line.meter
    assert list(meter.voltage_mv) == [230_200]
    assert list(meter.current_ma) == [16_021]
    assert meter.power_w == 3_670
    assert meter.import_wh == 123_456
    assert meter.frequency_mhz == 50_000
    assert line.quality == GOOD


def test_a_pzem_wraps_at_10_000_kwh_and_its_energy_goes_on() -> None:
    meter = make_meter("pzem", ModbusMaster(pair()[0]))
    count = EnergyCount(wrap_wh=meter.wrap_wh)
    count.feed(0, 9_999_990)
    assert count.feed(60_000, 60) == WRAP
    assert count.total_wh == 70


@pytest.mark.parametrize("at", range(len(PZEM_REPLY)))
def test_a_pzem_reply_with_a_flipped_bit_changes_nothing(at: int) -> None:
    spoiled = bytearray(PZEM_REPLY)
    spoiled[at] ^= 4
    line = Answering("pzem", 0xF8, {0: bytes(spoiled)})
    line.run(2_000)
    assert line.meter.readings == 0
    assert line.quality == SILENT


def iskra(volts: bytes = bytes.fromhex("FE0059E4"), watts: bytes = bytes.fromhex("FDFE1DC0")):
    """A WM3M4 at 230.12 V, 16.5 A, 50 Hz; 1234.56 kWh in tens of Wh."""
    counter = struct.pack(">hhhhi", 1, 1, 0, 0, 123_456)
    return {
        140: sealed(bytes((0x21, 4, 4)) + watts),
        107: sealed(bytes((0x21, 4, 12)) + volts * 3),
        126: sealed(bytes((0x21, 4, 12)) + bytes.fromhex("FD004074") * 3),
        105: sealed(bytes((0x21, 4, 4)) + bytes.fromhex("FD00C350")),
        414: sealed(bytes((0x21, 4, 12)) + counter),
    }


def test_an_iskra_is_asked_and_read_by_decimal_exponents() -> None:
    line = Answering("wm3m4", 0x21, iskra())
    line.run(3_000)
    assert bytes.fromhex("2104006B0006") in [request[:6] for request in line.requests]
    assert bytes.fromhex("2104008C0002B740") in line.requests
    meter = line.meter
    assert list(meter.voltage_mv) == [230_120] * 3
    assert list(meter.current_ma) == [16_500] * 3
    assert meter.power_w == -123
    assert meter.frequency_mhz == 50_000
    assert meter.import_wh == 1_234_560
    assert line.quality == GOOD


def test_the_published_iskra_frames_carry_their_checks() -> None:
    for text in ("21040400000000", "2104 04FE0059E4 D1B5", "210404FDFE1DC0831A"):
        frame = bytes.fromhex(text.replace(" ", ""))
        assert len(frame) == 7 or crc16(frame) == 0
    assert iskra()[140] == bytes.fromhex("210404FDFE1DC0831A")


@pytest.mark.parametrize("volts", ["7F0059E4", "800059E4", "0A0059E4", "02FFFFFF"])
def test_an_exponent_that_cannot_be_leaves_the_last_value(volts: str) -> None:
    line = Answering("wm3m4", 0x21, iskra())
    line.run(3_000)
    line.answers = iskra(bytes.fromhex(volts))
    line.run(2_000)
    assert list(line.meter.voltage_mv) == [230_120] * 3
    assert line.quality == STALE
    assert line.meter.refused > 0


@given(st.integers(-(1 << 23), (1 << 24) - 1), st.integers(-128, 127), st.booleans())
def test_decimal_exponents_round_to_the_nearest_or_up_and_stay_in_30_bits(
    mantissa: int, exponent: int, up: bool
) -> None:
    value = scaled(mantissa, exponent, up)
    if value is None:
        assert abs(mantissa) * 10.0**exponent >= (1 << 30) - 1 or not -9 <= exponent <= 9
        return
    assert abs(value) < 1 << 30
    if -9 <= exponent <= 9:
        true = mantissa * 10**exponent if exponent >= 0 else mantissa / 10**-exponent
        assert abs(value - true) <= (1 if up else 0.5)
        assert not up or abs(value) >= abs(true)


@given(st.lists(st.binary(max_size=40), max_size=12), st.sampled_from(["pzem", "wm3m4", "sdm630"]))
def test_no_bytes_whatever_upset_a_meter_on_modbus(pieces: list[bytes], kind: str) -> None:
    near, far = pair()
    meter = make_meter(kind, ModbusMaster(near))
    now_ms = 0
    for piece in pieces:
        far.write(piece)
        for _ in range(8):
            now_ms += 10
            meter.poll(now_ms)
        far.read()
    assert meter.import_wh == 0


class Talking:
    """A CSE7766 that sends a frame every 50 ms."""

    def __init__(self) -> None:
        near, self.far = pair()
        self.meter = MeterCse7766(near)
        self.now_ms = 0

    def hear(self, data: bytes, ms: int = 50) -> None:
        self.far.write(data)
        for _ in range(ms // 10):
            self.now_ms += 10
            self.meter.poll(self.now_ms)


def cse(pulses: int = 1_000, **changes: int) -> bytes:
    """The published frame with other pulses, and bytes changed by place (`b20=0`)."""
    frame = bytearray(CSE_FRAME)
    frame[21:23] = pulses.to_bytes(2, "big")
    for place, value in changes.items():
        frame[int(place[1:])] = value
    frame[23] = sum(frame[2:23]) & 0xFF
    return bytes(frame)


def test_a_cse7766_frame_is_read_as_published() -> None:
    chip = Talking()
    for _ in range(12):
        chip.hear(CSE_FRAME)
    meter = chip.meter
    assert meter.voltage_mv[0] == 229_941
    assert meter.current_ma[0] == 16_001 or meter.current_ma[0] == 16_006
    assert meter.power_w in (3_679, 3_680)
    assert meter.quality(chip.now_ms) == GOOD
    assert meter.skipped == 0


def test_cse7766_pulses_become_energy_across_their_wrap() -> None:
    chip = Talking()
    pulses = 65_000
    for _ in range(200):
        chip.hear(cse(pulses % 65_536))
        pulses += 71
    assert chip.meter.import_wh == 199 * 71 * 5_184_000 // 3_600_000_000
    assert chip.meter.import_wh == 20


def test_a_cse7766_that_begins_again_adds_no_energy() -> None:
    chip = Talking()
    chip.hear(cse(40_000))
    chip.hear(cse(40_100))
    before = chip.meter.import_wh
    chip.hear(cse(3))
    chip.hear(cse(4))
    assert chip.meter.import_wh == before
    assert chip.meter.refused == 1


@pytest.mark.parametrize("head", [0xAA, 0xF1, 0xF9])
def test_a_cse7766_without_calibration_is_not_believed(head: int) -> None:
    chip = Talking()
    for _ in range(20):
        chip.hear(cse(b0=head))
    assert chip.meter.voltage_mv[0] == 0
    assert chip.meter.quality(chip.now_ms) == SILENT


def test_cycles_out_of_range_mean_that_nothing_flows() -> None:
    chip = Talking()
    for _ in range(12):
        chip.hear(CSE_FRAME)
    for _ in range(12):
        chip.hear(cse(b0=0xF6))
    assert (chip.meter.current_ma[0], chip.meter.power_w) == (0, 0)
    assert chip.meter.voltage_mv[0] == 229_941
    assert chip.meter.quality(chip.now_ms) == GOOD


def test_a_cycle_that_is_not_complete_leaves_the_last_figure() -> None:
    chip = Talking()
    chip.hear(CSE_FRAME)
    chip.hear(cse(b20=0, b3=0xFF, b9=0xFF, b15=0xFF))
    assert (chip.meter.voltage_mv[0], chip.meter.power_w) == (229_941, 3_680)


def test_the_chip_s_own_noise_is_no_current() -> None:
    chip = Talking()
    chip.hear(cse(b11=0x05, b12=0xFF))
    assert chip.meter.current_ma[0] == 0


@given(st.binary(max_size=60), st.integers(0, 24))
def test_a_cse7766_is_found_again_after_any_noise(noise: bytes, cut: int) -> None:
    chip = Talking()
    chip.hear(CSE_FRAME[cut:] + noise)
    for _ in range(8):
        chip.hear(CSE_FRAME)
    assert chip.meter.voltage_mv[0] == 229_941


class Counter:
    def __init__(self) -> None:
        self.pulses = 0.0

    def value(self) -> int:
        return int(self.pulses) % (1 << 30)


class Select:
    level = -1

    def value(self, level: int) -> None:
        self.level = level


class Pulsing:
    """An HLW8012 as its data sheet's formulas have it, 1 mOhm and 2351 to 1."""

    def __init__(self) -> None:
        self.cf, self.cf1, self.sel = Counter(), Counter(), Select()
        self.meter = make_meter("hlw8012", (self.cf, self.cf1, self.sel))
        self.volts, self.amps = 230.0, 16.0
        self.now_ms = 0

    def run(self, ms: int) -> None:
        f_osc, v_ref = 3_579_000, 2.43
        v2, v1 = self.volts / 2351, self.amps * 0.001
        for _ in range(ms // 10):
            self.now_ms += 10
            self.cf.pulses += 48 * v1 * v2 / v_ref**2 * f_osc / 128 * 0.01
            voltage_hz = 2 * v2 / v_ref * f_osc / 512
            current_hz = 24 * v1 / v_ref * f_osc / 512
            self.cf1.pulses += (voltage_hz if self.sel.level else current_hz) * 0.01
            self.meter.poll(self.now_ms)


def test_an_hlw8012_shows_volts_amperes_watts_and_energy() -> None:
    chip = Pulsing()
    chip.run(60_000)
    meter = chip.meter
    assert abs(meter.voltage_mv[0] - 230_000) < 1_500
    assert abs(meter.current_ma[0] - 16_000) < 100
    assert abs(meter.power_w - 3_680) < 40
    assert abs(meter.import_wh - 61) <= 2
    assert meter.quality(chip.now_ms) == GOOD


def test_an_hlw8012_without_load_draws_nothing_and_is_no_silent_meter() -> None:
    chip = Pulsing()
    chip.amps = 0.0
    chip.run(10_000)
    assert (chip.meter.current_ma[0], chip.meter.power_w, chip.meter.import_wh) == (0, 0, 0)
    assert chip.meter.quality(chip.now_ms) == GOOD


def test_an_hlw8012_that_has_died_goes_stale_and_then_silent() -> None:
    chip = Pulsing()
    chip.run(10_000)
    chip.volts = chip.amps = 0.0
    chip.run(5_000)
    assert chip.meter.quality(chip.now_ms) == STALE
    chip.run(70_000)
    assert chip.meter.quality(chip.now_ms) == SILENT


def test_counters_that_start_again_add_no_energy() -> None:
    chip = Pulsing()
    chip.run(20_000)
    before = chip.meter.import_wh
    chip.cf.pulses = chip.cf1.pulses = 0
    chip.run(2_500)
    assert before <= chip.meter.import_wh <= before + 3


def station(meter: str, connectors: int = 1, **settings: object):
    store = MemoryStore()
    values = {"station": "st-1", "meter": meter, **settings}
    store.save("config", json.dumps(values).encode())
    board = Board(store, connectors=connectors)
    return board, store


class Uart:
    """machine.UART's face: how it was set up, and an end of a line behind it."""

    def __init__(self) -> None:
        self.end, self.far = pair()
        self.setups: list[tuple[int, int | None]] = []
        self.any, self.read, self.write = self.end.any, self.end.read, self.end.write

    def init(self, baudrate: int, parity: int | None) -> None:
        self.setups.append((baudrate, parity))


@pytest.mark.parametrize(
    "meter", [name for name, row in METERS.items() if row[0] in (MODBUS, UART)]
)
def test_the_line_is_set_up_once_as_the_meter_leaves_the_factory(meter: str) -> None:
    board, _ = station(meter)
    uart = Uart()
    board.connectors[0].meter_uart = uart
    assert make_station(board).controllers[0].meter is not None
    assert uart.setups == [(METERS[meter][1], METERS[meter][2])]


def test_a_speed_in_the_settings_goes_before_the_factory_s() -> None:
    board, _ = station("sdm120", meter_baud=9_600)
    uart = Uart()
    board.connectors[0].meter_uart = uart
    make_station(board)
    assert uart.setups == [(9_600, None)]


def test_two_connectors_on_one_line_share_one_master_and_count_addresses_up() -> None:
    board, _ = station("sdm630", connectors=2, meter_address=5)
    uart = Uart()
    for socket in board.connectors:
        socket.meter_uart = uart
    both = make_station(board)
    asked = set()
    for now_ms in range(10, 4_000, 10):
        both.poll(now_ms)
        request = uart.far.read()
        if request:
            assert len(request) == 8, "two requests at once"
            asked.add(request[0])
    assert asked == {5, 6}
    assert uart.setups == [(9_600, None)]


def test_two_connectors_with_a_line_each_use_the_same_address() -> None:
    board, _ = station("sdm630", connectors=2)
    both = make_station(board)
    for _ in range(600):
        now_ms = board.step(10)
        both.poll(now_ms)
    for controller in both.controllers:
        assert controller.meter.quality(now_ms) == GOOD


@pytest.mark.parametrize(
    "meter", [name for name, row in METERS.items() if row[0] in (COUNTERS, PULSES)]
)
def test_a_meter_the_board_has_no_input_for_is_a_problem_that_is_told(meter: str) -> None:
    board, _ = station(meter)
    made = make_station(board)
    assert made.controllers[0].meter is None
    assert meter in made.config.problem


def test_a_dead_meter_on_the_line_does_not_keep_the_others_from_being_read() -> None:
    near, far = pair()
    master = ModbusMaster(near)
    meters = [make_meter("pzem", master, unit) for unit in (3, 7, 9)]
    answer = sealed(bytes((9,)) + PZEM_REPLY[1:-2])
    asked = []
    for now_ms in range(0, 20_000, 10):
        for meter in meters:
            meter.poll(now_ms)
        request = far.read()
        if request:
            asked.append(request[0])
            if request[0] == 9:
                far.write(answer)
    assert meters[2].quality(19_990) == GOOD
    assert min(asked.count(3), asked.count(7)) >= 3


class EdgePin:
    """machine.Pin's face for interrupts."""

    IRQ_RISING, IRQ_FALLING = 1, 2

    def __init__(self) -> None:
        self.level = 1
        self.handler = None
        self.trigger = 0

    def irq(self, handler, trigger: int) -> None:
        self.handler, self.trigger = handler, trigger

    def value(self) -> int:
        return self.level

    def become(self, level: int) -> None:
        self.level = level
        if self.handler is not None:
            self.handler(self)


def test_an_s0_meter_on_a_board_s_pin_counts_what_a_busy_main_loop_does_not_see() -> None:
    board, _ = station("s0", meter_pulses=1_000)
    pin = EdgePin()
    board.connectors[0].meter_pulses = Edges(pin, board.ticks_ms)
    made = make_station(board)
    made.poll(board.step(10))
    for _ in range(50):
        for level, ms in ((0, 40), (1, 960)):
            pin.become(level)
            board.step(ms)
    made.poll(board.step(10))
    meter = made.controllers[0].meter
    assert pin.trigger == 3
    assert meter.import_wh == 50
    assert not made.config.problem
