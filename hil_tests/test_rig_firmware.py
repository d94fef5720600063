"""The real rig's firmware on a Pico made of software: what its pins do, what it says of them."""

from typing import Any

import pytest

from hil_tests.rig.commands import RANGES, USAGE
from hil_tests.rig_fakes import CYCLES_PER_US, Chip, install
from hil_tests.rig_wired import CLOSE_US, CONTACT_US, OPEN_US, Wired

TRIP, MIRROR, SUPPLY, RUN = 14, 16, 19, 18


@pytest.fixture
def wired(monkeypatch: pytest.MonkeyPatch) -> Wired:
    return Wired(monkeypatch)


def test_the_rig_says_who_it_is(wired: Wired) -> None:
    told = wired.ask("id")
    assert (told["rig"], told["level"], told["serial"]) == ("pico", "L0", "0001020304050607")
    assert {"vehicle", "timing", "analyser", "rcd", "serial-faults"} <= set(told["parts"])


def example(usage: str) -> str:
    words = []
    for want in usage.split():
        name = want[want.find("<") + 1 : want.find(">")] if "<" in want else ""
        small = {"ms": 20, "us": 1_000, "s": 1, "n": 1}.get(name, RANGES.get(name, (0, 0))[0])
        words.append(f"{want[0] if name and want[0] not in '<[' else ''}{small}" if name else want)
    return " ".join(word.split("|")[0] for word in words)


@pytest.mark.parametrize("row", USAGE, ids=[row[0] for row in USAGE])
def test_every_verb_of_its_parts_is_served(wired: Wired, row: "tuple[str, str, str, str]") -> None:
    line = "time C B 1" if row[2] == "time" else example(row[0])
    if row[2] == "glitch":
        line = "glitch B 1000 2"
    answer = wired.ask(line)
    if row[1] and row[1] not in wired.rig.parts:
        assert f"no part {row[1]}" in answer["error"]
    else:
        assert answer["ok"] is True, answer


@pytest.mark.parametrize(
    ("line", "word"),
    [("cp A", 0), ("cp B", 1), ("cp C", 2), ("cp D", 3), ("cp E", 4 | 8), ("cp F", 7)],
)
def test_a_state_is_an_address_of_the_multiplexer(wired: Wired, line: str, word: int) -> None:
    wired.ask(line)
    assert sum(wired.chip.levels[6 + bit] << bit for bit in range(4)) == word


def test_any_voltage_comes_from_the_converter(wired: Wired) -> None:
    wired.ask("cp x7500")
    assert sum(wired.chip.levels[6 + bit] << bit for bit in range(4)) == 6
    assert wired.chip.dac_counts == (1_689 + 844) * 4_096 // 3_300


def test_a_shorted_diode_pulls_the_low_side_up(wired: Wired) -> None:
    wired.ask("cp C")
    wired.ask("diode short")
    assert wired.chip.levels[9] == 1
    assert wired.chip.dac_counts == (1_689 - 633) * 4_096 // 3_300
    wired.ask("diode ok")
    assert wired.chip.levels[9] == 0


def test_two_wishes_for_the_one_converter_are_refused_and_change_nothing(wired: Wired) -> None:
    wired.ask("cp C")
    wired.ask("diode short")
    assert "one DAC" in wired.ask("noise 300")["error"]
    assert wired.ask("diode ok")["ok"] is True


def test_a_pilot_step_is_timed_to_the_coil_in_steps_of_sixteen_nanoseconds(wired: Wired) -> None:
    found = wired.ask("time C B 2")
    assert [abs(ns - OPEN_US * 1_000) <= 64 for ns in found["ns"]] == [True, True]
    assert found["contact_us"] == [OPEN_US + CONTACT_US] * 2
    closing = wired.ask("time B C")
    assert abs(closing["ns"][0] - CLOSE_US * 1_000) <= 64


def test_a_coil_that_does_not_move_is_told_and_not_waited_for(wired: Wired) -> None:
    wired.follows = False
    assert "the coil did not move; at C it is open" in wired.ask("time C B")["error"]


def test_edges_are_told_with_their_microseconds_beyond_a_wrap_of_the_count(wired: Wired) -> None:
    wired.chip.us = 0
    for _ in range(3):
        wired.chip.us += 40_000_000  # the count wraps every 68 s
        wired.ask("now")
    began = wired.ask("cp C")["us"]
    wired.ask("wait 1000")
    edges = wired.ask("edges")["edges"]
    assert [edge[0] for edge in edges] == ["coil", "contact"]
    assert abs(edges[0][1] - began - CLOSE_US) <= 2


def test_duty_and_frequency_are_those_of_the_pin(wired: Wired) -> None:
    wired.chip.pwm_hz = 1_000
    wired.high_us = 533.336
    found = wired.ask("meas pwm 20")
    assert abs(found["duty_ppm"] - 533_336) <= 20
    assert abs(found["mhz"] - 1_000_000) <= 20
    assert found["n"] == 20


@pytest.mark.parametrize("level", [0, 1])
def test_a_pilot_that_stands_still_has_no_frequency(wired: Wired, level: int) -> None:
    wired.chip.drive(2, level)
    found = wired.ask("meas pwm 20")
    assert (found["duty_ppm"], found["mhz"], found["n"]) == (1_000_000 * level, 0, 0)


def test_a_residual_current_lasts_its_time(wired: Wired) -> None:
    wired.ask("rcd trip 40")
    assert wired.chip.levels[TRIP] == 1
    wired.ask("wait 38")
    assert wired.chip.levels[TRIP] == 1
    wired.ask("wait 10")
    assert wired.chip.levels[TRIP] == 0


@pytest.mark.parametrize(("mood", "late_ms"), [("rcd test ok", 120), ("rcd test late 300", 300)])
def test_the_device_answers_its_test_when_it_is_told_to(
    wired: Wired, mood: str, late_ms: int
) -> None:
    wired.ask(mood)
    wired.chip.drive(15, 1)
    wired.ask(f"wait {late_ms - 10}")
    assert wired.chip.levels[TRIP] == 0
    wired.ask("wait 20")
    assert wired.chip.levels[TRIP] == 1
    wired.chip.drive(15, 0)
    wired.ask("wait 250")
    assert wired.chip.levels[TRIP] == 0


def test_the_mirror_tells_the_truth_or_what_it_is_told(wired: Wired) -> None:
    wired.ask("cp C")
    wired.ask("wait 700")
    assert wired.chip.levels[MIRROR] == 0
    wired.ask("fb 0")
    wired.ask("wait 5")
    assert wired.chip.levels[MIRROR] == 1
    wired.ask("fb auto")
    wired.ask("weld 1")
    wired.ask("cp A")
    wired.ask("wait 200")
    assert wired.chip.levels[MIRROR] == 0, "welded"
    wired.ask("weld 0")
    wired.ask("wait 5")
    assert wired.chip.levels[MIRROR] == 1


@pytest.mark.parametrize(
    ("line", "pin", "ms"), [("pwr dip 300", SUPPLY, 300), ("rst 40", RUN, 40)]
)
def test_supply_and_reset_come_back_by_themselves(
    wired: Wired, line: str, pin: int, ms: int
) -> None:
    wired.ask("pwr 1")
    wired.driven.clear()
    wired.ask(line)
    wired.ask("wait 400")
    seen = [(us, level) for us, number, level in wired.driven if number == pin]
    assert [level for _, level in seen] == [0, 1]
    assert abs(seen[1][0] - seen[0][0] - ms * 1_000) <= 2_000


@pytest.mark.parametrize(
    ("line", "there"),
    [("ser pass", b"hello"), ("ser drop", b""), ("ser delay 50", b""), ("ser cut 500", b"")],
)
def test_the_serial_line_passes_both_ways_or_not_at_all(
    wired: Wired, line: str, there: bytes
) -> None:
    wired.ask(line)
    for number in (0, 1):
        wired.chip.uarts[number] += b"hello"
    wired.ask("wait 5")
    assert [bytes(data) for data in wired.chip.sent.values()] == [there, there]


def test_late_bytes_arrive_and_flipped_ones_differ_in_a_bit(wired: Wired) -> None:
    wired.ask("ser delay 50")
    wired.chip.uarts[1] += b"late"
    wired.ask("wait 60")
    assert bytes(wired.chip.sent[0]) == b"late"
    wired.ask("ser flip 1000000")
    wired.chip.uarts[1] += b"\0" * 8
    wired.ask("wait 2")
    assert all(byte.bit_count() == 1 for byte in wired.chip.sent[0][4:])


def test_a_glitch_is_as_long_as_it_was_asked_for(wired: Wired) -> None:
    wired.follows = False
    wired.ask("cp B")
    steps = wired.rig._steps._machine.steps
    del steps[:]
    wired.ask("glitch C 1000 2")
    assert [word for word, _ in steps] == [2, 1, 2, 1]
    held = steps[0][1] * 8 + 26
    assert abs(held - 1_000 * CYCLES_PER_US) < 8


def test_noise_moves_the_converter_and_ends(wired: Wired) -> None:
    wired.ask("cp C")
    wired.ask("noise 500 1")
    seen = set()
    for _ in range(20):
        wired.ask("wait 1")
        seen.add(wired.chip.dac_counts)
    assert len(seen) > 10
    wired.ask("wait 1100")
    assert sum(wired.chip.levels[6 + bit] << bit for bit in range(4)) == 2


def checked(wired: Wired) -> "dict[str, str]":
    wired.high_us = 266.664
    wired.follows = False
    answer = wired.ask("selfcheck")
    assert answer["good"] is all(text == "ok" for _, text in answer["checks"])
    return {name: text for name, text in answer["checks"] if text != "ok"}


def test_a_good_rig_finds_nothing_wrong_and_goes_on(wired: Wired) -> None:
    assert checked(wired) == {}
    assert wired.ask("cp B")["ok"] is True
    assert wired.chip.levels[SUPPLY] == 1


@pytest.mark.parametrize(
    ("pin", "level", "name"),
    [
        (12, 0, "GP12 (CABLE_32) stays 0"),
        (TRIP, 1, "GP14 (RCD_TRIP) stays 1"),
        (7, 0, "GP7 (PILOT_1)"),
        (8, 0, "GP8 (PILOT_2)"),
        (9, 0, "GP9 (PILOT_3)"),
    ],
)
def test_a_pin_that_is_held_is_named(wired: Wired, pin: int, level: int, name: str) -> None:
    wired.chip.stuck[pin] = level
    wired.chip.levels[pin] = level
    assert any(name in text for text in checked(wired).values())


def test_a_converter_that_does_not_answer_is_named(wired: Wired) -> None:
    wired.chip.has_dac = False
    assert "no MCP4725 answers" in checked(wired)["levels"]


def test_resistors_show_states_and_refuse_what_they_cannot(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wired = Wired(monkeypatch, "L1")
    words = []
    for state in "ABCDE":
        wired.ask(f"cp {state}")
        words.append(sum(wired.chip.levels[6 + bit] << bit for bit in range(4)))
    assert words == [0, 1, 3, 7, 8]
    assert "the station's to show" in wired.ask("cp F")["error"]
    assert "no part levels" in wired.ask("cp x5000")["error"]
    wired.ask("cp B")
    wired.ask("diode short")
    assert wired.chip.levels[26] == 1
    assert wired.ask("meas cp")["low_mv"] is not None


def test_boot_leaves_every_output_at_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    chip = Chip()
    install(chip, monkeypatch)
    from hil_tests.rig import pins

    driven: list[tuple[int, int]] = []
    chip.watchers.append(lambda pin, level: driven.append((pin, level)))
    monkeypatch.delitem(__import__("sys").modules, "hil_tests.rig.boot", raising=False)
    import hil_tests.rig.boot  # noqa: F401

    assert driven == [(row[0], 0) for row in pins.PINS if row[2] == "0"]
    assert {row[0] for row in pins.PINS} == {*range(23), 25, 26, 27, 28}


def test_a_wrong_rig_json_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    install(Chip(), monkeypatch)
    monkeypatch.chdir(tmp_path)
    from hil_tests.rig import program

    assert program.settings() == {"level": "L0", "lacks": []}
    wrong = [('{"level": "L7"}', "level: wants one"), ('{"lacks": 1}', "lacks: wants a list")]
    for text, says in [*wrong, ("[1", "wants an object")]:
        (tmp_path / "rig.json").write_text(text)
        with pytest.raises(Exception, match=says):
            program.settings()
