"""Eastron meters: the virtual ones, which answer real frames, and scripted ones."""

import json
import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boards.virtual import profiles
from boards.virtual.wire import pair
from evse.core.units import TICKS_PERIOD
from evse.drivers.meter import GOOD, SILENT, STALE
from evse.drivers.meter_eastron import MODELS, MeterEastron
from evse.drivers.modbus import ModbusMaster, crc16
from tests.virtual.scene import Scene

VECTORS = Path(__file__).resolve().parent.parent / "vectors"


class MeteredScene(Scene):
    """A scene whose meter is read by the driver in every tick."""

    def __init__(self, name: str = "three-phase", model: str = "sdm630") -> None:
        super().__init__(profiles.named(name), model=model)
        self.meter = MeterEastron(ModbusMaster(self.bay.meter_uart), model)

    def tick(self) -> None:
        super().tick()
        self.meter.poll(self.now_ms)

    @property
    def quality(self) -> str:
        return self.meter.quality(self.now_ms)


def sealed(body: bytes) -> bytes:
    check = crc16(body)
    return body + bytes((check & 0xFF, check >> 8))


class ScriptedMeter:
    """Answers each block from a table {address: float}; a missing address is an exception."""

    def __init__(self, model: str, values: dict[int, float]) -> None:
        near, self._far = pair()
        self.values = values
        self.asked: list[int] = []
        self.driver = MeterEastron(ModbusMaster(near), model)
        self.now_ms = 0
        self.spoil = lambda frame: frame

    def run(self, ms: int) -> None:
        for _ in range(ms // 10):
            self.now_ms += 10
            self.driver.poll(self.now_ms % TICKS_PERIOD)
            request = self._far.read()
            if request:
                self._far.write(self.spoil(self._answer(request)))

    def _answer(self, request: bytes) -> bytes:
        _, _, address, count = struct.unpack(">BBHH", request[:6])
        self.asked.append(address)
        wanted = range(address, address + count, 2)
        if address not in self.values:
            return sealed(b"\x01\x84\x02")
        data = b"".join(struct.pack(">f", self.values.get(at, 0.0)) for at in wanted)
        return sealed(bytes((1, 4, len(data))) + data)

    @property
    def quality(self) -> str:
        return self.driver.quality(self.now_ms % TICKS_PERIOD)


ONE_PHASE = {0x00: 230.2, 0x06: 16.0, 0x0C: 3_680.0, 0x46: 50.0, 0x48: 1234.567}


def test_the_published_values_arrive_in_whole_units() -> None:
    meter = ScriptedMeter("sdm120", dict(ONE_PHASE))
    meter.run(3_000)
    driver = meter.driver
    assert list(driver.voltage_mv) == [230_200]
    assert list(driver.current_ma) == [16_000]
    assert (driver.power_w, driver.frequency_mhz, driver.import_wh) == (3_680, 50_000, 1_234_567)
    assert meter.quality == GOOD


@pytest.mark.parametrize("model", ["sdm120", "sdm630"])
def test_a_charge_is_measured(model: str) -> None:
    scene = MeteredScene(model=model)
    scene.charge()
    scene.run(60_000)
    assert scene.quality == GOOD
    assert min(scene.meter.current_ma) == pytest.approx(15_999, abs=2)
    assert scene.meter.import_wh == pytest.approx(scene.bay.meter.import_wh, abs=10)
    volt_amps = sum(mv * 16 for mv in scene.meter.voltage_mv) // 1_000
    assert scene.meter.power_w == pytest.approx(volt_amps, rel=0.02)
    assert 49_900 < scene.meter.frequency_mhz < 50_100


@pytest.mark.parametrize("model", MODELS)
def test_every_model_in_the_settings_has_a_table(model: str) -> None:
    meter = ScriptedMeter(model, {0x34: 0.0, **ONE_PHASE, 0x02: 230.0, 0x04: 230.0})
    meter.run(3_000)
    assert meter.quality == GOOD


def test_an_unknown_model_is_refused() -> None:
    with pytest.raises(KeyError):
        MeterEastron(ModbusMaster(pair()[0]), "sdm999")


def test_current_and_power_are_read_twice_a_second_and_energy_every_other_second() -> None:
    meter = ScriptedMeter("sdm120", dict(ONE_PHASE))
    meter.run(20_000)
    assert meter.asked.count(0x06) == pytest.approx(40, abs=1)
    assert meter.asked.count(0x48) == pytest.approx(10, abs=1)


def test_current_is_never_rounded_to_less_and_energy_to_what_the_display_shows() -> None:
    values = {**ONE_PHASE, 0x06: 16.00001, 0x48: 0.04}
    meter = ScriptedMeter("sdm120", values)
    meter.run(3_000)
    assert meter.driver.current_ma[0] == 16_001
    assert meter.driver.import_wh == 40


def test_nothing_is_known_before_the_first_reading() -> None:
    meter = ScriptedMeter("sdm120", {})
    assert meter.quality == SILENT


def test_a_silent_meter_goes_stale_after_10_s_silent_after_60_s_and_comes_back() -> None:
    scene = MeteredScene()
    scene.run(2_000)
    scene.bay.meter.fault = "silent"
    scene.run(9_000)
    assert scene.quality == GOOD
    scene.run(2_500)
    assert scene.quality == STALE
    scene.run(50_000)
    assert scene.quality == SILENT
    scene.bay.meter.fault = ""
    scene.run(3_000)
    assert scene.quality == GOOD
    assert scene.meter.age_ms(scene.now_ms) < 1_000


def test_an_old_silence_does_not_become_young_when_the_clock_wraps() -> None:
    meter = ScriptedMeter("sdm120", dict(ONE_PHASE))
    meter.run(3_000)
    meter.spoil = lambda frame: b""
    day_ms = 24 * 3_600_000
    for _ in range(26):
        meter.now_ms += day_ms // 2
        meter.run(5_000)
        assert meter.quality == SILENT
        assert meter.driver.age_ms(meter.now_ms % TICKS_PERIOD) > day_ms // 4


@pytest.mark.parametrize("fault", ["crc", "address", "exception", "short"])
def test_spoiled_replies_change_no_value_and_age_the_last_ones(fault: str) -> None:
    scene = MeteredScene()
    scene.charge()
    before = (list(scene.meter.current_ma), scene.meter.power_w, scene.meter.import_wh)
    scene.bay.meter.fault = fault
    scene.run(12_000)
    after = (list(scene.meter.current_ma), scene.meter.power_w, scene.meter.import_wh)
    assert after == before
    assert scene.quality == STALE
    assert scene.meter.unsupported == 0, "only the meter can say that it lacks a register"
    scene.x1()
    scene.bay.meter.fault = ""
    scene.run(5_000)
    assert scene.quality == GOOD
    assert list(scene.meter.current_ma) == [0, 0, 0]


def test_values_that_are_no_numbers_are_refused_and_make_the_meter_stale_at_once() -> None:
    scene = MeteredScene()
    scene.charge()
    before = list(scene.meter.current_ma)
    scene.bay.meter.fault = "nan"
    scene.run(1_500)
    assert scene.quality == STALE
    assert list(scene.meter.current_ma) == before
    assert scene.meter.refused > 0
    scene.bay.meter.fault = ""
    scene.run(1_500)
    assert scene.quality == GOOD


def test_a_slow_meter_is_not_misread() -> None:
    scene = MeteredScene(model="sdm120", name="plain")
    scene.charge()
    scene.bay.meter.fault = "slow"
    for _ in range(6_000):
        scene.tick()
        assert 225_000 < scene.meter.voltage_mv[0] < 235_000
        assert scene.meter.current_ma[0] <= 32_000
        assert abs(scene.meter.import_wh - scene.bay.meter.import_wh) < 400


@pytest.mark.parametrize(
    ("address", "value"),
    [(0x00, 4.17e-8), (0x00, 20.0), (0x00, 310.0), (0x06, 60.0), (0x46, 0.02), (0x46, 70.0)],
)
def test_figures_that_cannot_be_true_are_refused(address: int, value: float) -> None:
    meter = ScriptedMeter("sdm120", dict(ONE_PHASE))
    meter.run(3_000)
    kept = (meter.driver.voltage_mv[0], meter.driver.current_ma[0], meter.driver.frequency_mhz)
    meter.values[address] = value
    meter.run(4_000)
    assert meter.driver.refused > 0
    assert kept == (
        meter.driver.voltage_mv[0],
        meter.driver.current_ma[0],
        meter.driver.frequency_mhz,
    )


def test_power_that_does_not_go_with_volts_and_amperes_is_refused() -> None:
    meter = ScriptedMeter("sdm120", dict(ONE_PHASE))
    meter.run(3_000)
    meter.values[0x0C] = 9_000.0
    meter.run(1_000)
    assert meter.driver.power_w == 3_680
    assert meter.quality == STALE


def test_power_is_not_taken_over_when_there_is_no_current_to_judge_it_by() -> None:
    meter = ScriptedMeter("sdm120", dict(ONE_PHASE))
    meter.run(3_000)
    meter.values[0x06] = float("nan")
    meter.values[0x0C] = 3_000.0
    meter.run(2_000)
    assert meter.driver.power_w == 3_680
    meter.values[0x06] = 13.0
    meter.run(2_000)
    assert meter.driver.power_w == 3_000


@pytest.mark.parametrize(("amps", "believed"), [(54.0, True), (54.1, False)])
def test_current_is_believed_up_to_a_fifth_over_what_the_meter_measures(
    amps: float, believed: bool
) -> None:
    meter = ScriptedMeter("sdm120", {**ONE_PHASE, 0x06: amps})
    meter.run(3_000)
    assert (meter.driver.current_ma[0] > 50_000) == believed


def test_negative_power_is_believed_with_its_sign() -> None:
    meter = ScriptedMeter("sdm120", {**ONE_PHASE, 0x0C: -3_680.0})
    meter.run(3_000)
    assert meter.driver.power_w == -3_680
    assert meter.quality == GOOD


def test_a_load_that_switches_on_and_off_is_never_doubted() -> None:
    scene = MeteredScene(model="sdm120", name="plain")
    for _ in range(6):
        scene.charge()
        scene.x1()
        scene.run(5_000)
        scene.open()
        scene.run(2_000)
    assert scene.meter.refused == 0


def test_a_phase_that_is_not_connected_reads_zero() -> None:
    values = {0x00: 230.0, 0x34: 3_680.0, 0x46: 50.0, 0x48: 1.0, 0x06: 16.0}
    meter = ScriptedMeter("sdm630", values)
    meter.run(3_000)
    assert list(meter.driver.voltage_mv) == [230_000, 0, 0]
    assert meter.quality == GOOD


def test_a_register_the_meter_does_not_have_is_asked_for_once() -> None:
    """The first SDM72D-M: total power and energy only."""
    meter = ScriptedMeter("sdm72d", {0x34: 3_680.0, 0x48: 12.0})
    meter.run(30_000)
    assert meter.asked.count(0x0000) == 1
    assert meter.asked.count(0x0046) == 1
    assert meter.driver.unsupported == 2
    assert (meter.driver.power_w, meter.driver.import_wh) == (3_680, 12_000)
    assert meter.quality == GOOD


def test_a_meter_that_only_counts_is_asked_for_nothing_else_again() -> None:
    meter = ScriptedMeter("sdm120", {0x48: 12.0})
    meter.run(30_000)
    assert meter.asked.count(0x00) == 1
    assert meter.driver.import_wh == 12_000
    assert meter.quality == GOOD


def test_after_a_silence_an_unsupported_register_is_tried_again() -> None:
    meter = ScriptedMeter("sdm120", {0x00: 230.0, 0x06: 1.0, 0x0C: 230.0, 0x48: 1.0})
    meter.run(5_000)
    assert meter.driver.unsupported == 1
    meter.spoil = lambda frame: b""
    meter.run(5_000)
    meter.spoil = lambda frame: frame
    meter.values[0x46] = 50.0
    meter.run(5_000)
    assert meter.driver.frequency_mhz == 50_000


def test_a_meter_that_has_nothing_is_silent_but_not_forgotten() -> None:
    meter = ScriptedMeter("sdm120", {})
    meter.run(70_000)
    assert meter.quality == SILENT
    meter.values.update(ONE_PHASE)
    meter.run(3_000)
    assert meter.quality == GOOD


def test_the_meter_that_answers_nobody_is_not_asked_more_than_twice_a_second() -> None:
    meter = ScriptedMeter("sdm630", {})
    meter.spoil = lambda frame: b""
    meter.run(60_000)
    assert len(meter.asked) <= 120


def test_one_corrupted_reply_in_three_leaves_the_meter_good() -> None:
    meter = ScriptedMeter("sdm120", dict(ONE_PHASE))
    meter.run(3_000)
    state = {"n": 0}

    def spoil(frame: bytes) -> bytes:
        state["n"] += 1
        return frame[:-1] + b"\x00" if state["n"] % 3 == 0 else frame

    meter.spoil = spoil
    for _ in range(30):
        meter.run(1_000)
        assert meter.quality == GOOD


def test_two_meters_share_a_line() -> None:
    near, far = pair()
    master = ModbusMaster(near)
    first = MeterEastron(master, "sdm120", 1)
    second = MeterEastron(master, "sdm120", 2)
    for now_ms in range(0, 10_000, 10):
        first.poll(now_ms)
        second.poll(now_ms)
        request = far.read()
        if request:
            value = (
                ONE_PHASE[request[3]] + request[0] if request[3] == 0x48 else ONE_PHASE[request[3]]
            )
            far.write(sealed(bytes((request[0], 4, 4)) + struct.pack(">f", value)))
    assert (first.quality(10_000), second.quality(10_000)) == (GOOD, GOOD)
    assert second.import_wh - first.import_wh == 1_000


def test_a_reset_register_is_handed_on_as_it_is() -> None:
    scene = MeteredScene()
    scene.bay.meter.set_register(5_000)
    scene.run(5_000)
    assert scene.meter.import_wh == 5_000
    scene.bay.meter.set_register(40)
    scene.run(5_000)
    assert scene.meter.import_wh == 40


def test_each_reading_of_the_register_is_counted() -> None:
    meter = ScriptedMeter("sdm120", dict(ONE_PHASE))
    meter.run(20_000)
    assert meter.driver.readings == meter.asked.count(0x48)


@settings(max_examples=30)
@given(st.lists(st.binary(max_size=24), min_size=1, max_size=40))
def test_a_line_full_of_rubbish_gives_no_figures(replies: list[bytes]) -> None:
    meter = ScriptedMeter("sdm120", dict(ONE_PHASE))
    state = {"n": 0}

    def spoil(frame: bytes) -> bytes:
        state["n"] += 1
        return replies[state["n"] % len(replies)]

    meter.spoil = spoil
    meter.run(10_000)
    assert meter.driver.import_wh == 0
    assert meter.quality == SILENT


def test_the_published_word_swapped_float_is_refused_as_a_voltage() -> None:
    rows = {row["note"]: row for row in json.loads((VECTORS / "meter_frames.json").read_text())}
    frame = bytes.fromhex(rows["word-swapped float"]["hex"])
    meter = ScriptedMeter("sdm120", dict(ONE_PHASE))
    meter.run(3_000)
    meter.spoil = lambda good: frame if good[3:5] == b"\x43\x66" else good
    meter.run(2_000)
    assert meter.driver.voltage_mv[0] == 230_200
    assert meter.driver.refused > 0
