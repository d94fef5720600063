"""Board files that cannot be right are refused with board, field and what is allowed."""

import ast

import pytest

from boards.check import PURPOSES, BoardError, check, purpose_of
from boards.chips import Esp32, Rp2040
from tests.needs import ROOT

CHIPS = {"rp2_pico_w": Rp2040, "rp2_pico_w_dual": Rp2040, "esp32_devkit": Esp32}
GOOD = {
    "NAME": "my-board",
    "PILOT_PIN": 2,
    "ENABLE_PIN": 3,
    "FEEDBACK_PIN": 4,
    "PILOT_ADC_PIN": 26,
    "PROXIMITY_ADC_PIN": 27,
    "ENABLE_PINS": (3,),
    "WATCHDOG_MS": 1_000,
    "machine": object(),
    "TICK_MS": 10,
}


def constants(board: str) -> dict[str, object]:
    """The names a board file gives whole numbers, text and tuples of them."""
    tree = ast.parse((ROOT / f"firmware/boards/{board}/board.py").read_text(encoding="utf-8"))
    found: dict[str, object] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign):
            try:
                code = compile(ast.Expression(node.value), board, "eval")
                value = eval(code, {}, dict(found))
            except (NameError, TypeError):
                continue
            target = node.targets[0]
            if isinstance(target, ast.Tuple):
                found |= {name.id: part for name, part in zip(target.elts, value, strict=True)}
            elif isinstance(target, ast.Name):
                found[target.id] = value
    return found


@pytest.mark.parametrize("board", sorted(CHIPS))
def test_the_boards_in_the_tree_are_right(board: str) -> None:
    check(constants(board), CHIPS[board])


@pytest.mark.parametrize("board", sorted(CHIPS))
def test_a_board_checks_itself_before_it_makes_anything(board: str) -> None:
    tree = ast.parse((ROOT / f"firmware/boards/{board}/board.py").read_text(encoding="utf-8"))
    made = next(n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == "Board")
    init = next(n for n in made.body if isinstance(n, ast.FunctionDef) and n.name == "__init__")
    assert ast.unparse(init.body[0]).startswith("check(globals(), ")


def test_a_good_board_with_two_connectors_passes() -> None:
    second = {"PILOT_PIN_2": 6, "ENABLE_PIN_2": 7, "PILOT_ADC_PIN_2": 28, "ENABLE_PINS": (7, 3)}
    check({**GOOD, **second}, Rp2040)


BAD = [
    ({"PILOT_PIN": 3}, Rp2040, "PILOT_PIN: 3 is ENABLE_PIN already"),
    (
        {"PILOT_ADC_PIN": 22},
        Rp2040,
        "PILOT_ADC_PIN: 22 is no analogue pin; allowed are 26, 27, 28",
    ),
    (
        {"ENABLE_PIN": 26, "PILOT_ADC_PIN": 25, "ENABLE_PINS": (26,)},
        Esp32,
        "PILOT_ADC_PIN: 25 is no analogue pin",
    ),
    ({"PILOT_PIN": 25}, Rp2040, "PILOT_PIN: 25 is no output pin"),
    ({"PILOT_PIN": "2"}, Rp2040, "PILOT_PIN: '2' is no output pin"),
    ({"PILOT_PIN": True}, Rp2040, "PILOT_PIN: True is no output pin"),
    ({"ENABLE_PIN": 28, "ENABLE_PINS": (28,)}, Rp2040, "ENABLE_PIN: 28 is no enable pin"),
    ({"ENABLE_PINS": ()}, Rp2040, "ENABLE_PINS: wants every ENABLE_PIN and no other: 3"),
    ({"ENABLE_PINS": (3, 5)}, Rp2040, "ENABLE_PINS: wants every ENABLE_PIN"),
    ({"PILOT_PN": 1, "RELAY_PIN": 8}, Rp2040, "RELAY_PIN: is no pin; known are EARTH_LOST_PIN"),
    ({"NAME": "My Board"}, Rp2040, "NAME: allowed characters are a-z, 0-9 and -"),
    ({"NAME": ""}, Rp2040, "NAME: wants 1 to 32 characters"),
    ({"WATCHDOG_MS": 10_000}, Rp2040, "WATCHDOG_MS: wants a whole number 500 to 8388"),
    ({"WATCHDOG_MS": 10}, Rp2040, "WATCHDOG_MS: wants a whole number 500 to 8388"),
]


@pytest.mark.parametrize(("changes", "chip", "told"), BAD, ids=[row[2][:40] for row in BAD])
def test_a_bad_board_is_told_what_is_wrong(changes: dict, chip: type, told: str) -> None:
    with pytest.raises(BoardError) as caught:
        check({**GOOD, **changes}, chip)
    assert told in str(caught.value)
    assert str(caught.value).startswith(str({**GOOD, **changes}["NAME"]) + ": ")


@pytest.mark.parametrize(
    "field", ["NAME", "ENABLE_PINS", "PILOT_PIN", "ENABLE_PIN", "PILOT_ADC_PIN"]
)
def test_a_missing_name_is_named(field: str) -> None:
    with pytest.raises(BoardError, match=f"{field}: is missing; needed are NAME"):
        check({name: value for name, value in GOOD.items() if name != field}, Rp2040)


def test_every_pin_name_has_a_purpose_every_chip_knows() -> None:
    for chip in CHIPS.values():
        assert {purpose_of(name) for name in PURPOSES} == set(chip.PINS)
