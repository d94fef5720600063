"""A journal that survives a power cut at every byte of every write, and flash that rots."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evse.drivers.flash_area import FileArea
from evse.drivers.journal import FRAME, MOST, Journal
from tests.drivers.flash_fakes import MEDIA, TORN, MemoryArea, Power, PowerCutError


class Flash:
    """Two areas and the power they hang on."""

    def __init__(self, size: int = 400, medium: str = TORN) -> None:
        self.power = Power()
        self.areas = (MemoryArea(size, self.power, medium), MemoryArea(size, self.power, medium))

    def boot(self) -> Journal:
        self.power.left = -1
        return Journal(self.areas)


def held(journal: Journal) -> list[bytes]:
    return [content for _, content in journal.entries()]


def read_all(journal: Journal) -> list[bytes]:
    cursor, found = journal.cursor(), []
    while (content := cursor.read()) is not None:
        found.append(content)
    return found


def fill(journal: Journal, first: int = 0) -> list[bytes]:
    """Add entries until there is no room; what was taken."""
    taken: list[bytes] = []
    while journal.append(entry := b"entry %03d" % (first + len(taken))):
        taken.append(entry)
    return taken


def test_an_empty_journal_has_nothing_and_writes_nothing() -> None:
    flash = Flash()
    journal = flash.boot()
    assert (held(journal), read_all(journal), journal.last) == ([], [], 0)
    assert flash.power.writes == []


def test_entries_come_back_in_order_with_numbers_that_grow_by_one() -> None:
    flash = Flash()
    journal = flash.boot()
    assert [journal.append(b"one"), journal.append(b""), journal.append(b"three")] == [1, 2, 3]
    for again in (journal, flash.boot()):
        assert list(again.entries()) == [(1, b"one"), (2, b""), (3, b"three")]


def test_several_entries_are_one_write() -> None:
    flash = Flash()
    assert flash.boot().extend([b"one", b"two", b"three"]) == 3
    assert len(flash.power.writes) == 1
    assert held(flash.boot()) == [b"one", b"two", b"three"]


def test_a_cursor_reads_each_entry_once_and_goes_on_when_more_come() -> None:
    journal = Flash().boot()
    cursor = journal.cursor()
    assert cursor.read() is None
    journal.extend([b"one", b"two"])
    assert [cursor.read(), cursor.read(), cursor.read()] == [b"one", b"two", None]
    journal.append(b"three")
    assert (cursor.read(), cursor.number) == (b"three", 3)


def test_what_is_forgotten_is_not_read_again_and_forgetting_writes_nothing() -> None:
    flash = Flash()
    journal = flash.boot()
    journal.extend([b"one", b"two", b"three"])
    writes = len(flash.power.writes)
    journal.forget(2)
    assert (held(journal), read_all(journal)) == ([b"three"], [b"three"])
    assert len(flash.power.writes) == writes
    assert held(flash.boot()) == [b"one", b"two", b"three"]  # no mark yet: they come up again


def test_the_next_entry_takes_the_mark_along() -> None:
    flash = Flash()
    journal = flash.boot()
    journal.extend([b"one", b"two"])
    journal.forget(2)
    journal.note = 77
    journal.append(b"three")
    again = flash.boot()
    assert (held(again), again.forgotten, again.note) == ([b"three"], 2, 77)
    assert [content for _, content in again.entries(forgotten=True)] == [b"one", b"two", b"three"]


def test_two_full_areas_take_no_more_until_the_older_is_forgotten() -> None:
    flash = Flash()
    journal = flash.boot()
    taken = fill(journal)
    assert len(taken) >= 2 * ((400 - 2 * (FRAME + 4)) // (FRAME + 9))
    assert held(journal) == taken
    older = len(taken) // 2
    journal.forget(older - 1)
    assert journal.append(b"x") == 0
    journal.forget(older)
    more = fill(journal, first=500)
    assert more
    assert held(journal) == held(flash.boot()) == taken[older:] + more


def test_free_says_how_much_more_fits() -> None:
    journal = Flash().boot()
    assert journal.free() == journal.size() == 800
    before = journal.free()
    while journal.append(b"entry 000"):
        assert journal.free() < before
        before = journal.free()
    assert before < 2 * (FRAME + 4) + FRAME + 9
    journal.forget(journal.last)
    assert journal.free() == 800


def test_when_nothing_is_held_a_used_area_is_left_for_the_other() -> None:
    """So that an outage finds almost the whole journal free."""
    flash = Flash()
    journal = flash.boot()
    for number in range(200):
        journal.append(b"entry %03d" % number)
        journal.forget(journal.last)
    assert max(len(area.data) for area in flash.areas) < 400 // 8 + 2 * (FRAME + 9)
    assert journal.free() >= 700


def test_a_cursor_left_behind_is_not_led_astray_when_its_area_is_used_anew() -> None:
    journal = Flash().boot()
    taken = fill(journal)
    cursor = journal.cursor()
    for _ in taken[: len(taken) // 2]:
        cursor.read()
    journal.forget(len(taken) // 2)
    more = fill(journal, first=500)
    rest = []
    while (content := cursor.read()) is not None:
        rest.append(content)
    assert rest == taken[len(taken) // 2 :] + more


def test_a_cursor_can_be_sent_back_to_where_another_stands() -> None:
    journal = Flash().boot()
    journal.extend([b"one", b"two", b"three"])
    front, runner = journal.cursor(), journal.cursor()
    front.read()
    while runner.read() is not None:
        pass
    runner.go_to(front)
    assert runner.read() == b"two"


def test_an_entry_longer_than_any_record_is_refused_before_anything_is_written() -> None:
    flash = Flash(size=4_000)
    journal = flash.boot()
    assert journal.append(b"x" * MOST) == 1
    with pytest.raises(ValueError, match="too long"):
        journal.append(b"x" * (MOST + 1))
    assert len(flash.power.writes) == 1
    assert held(flash.boot()) == [b"x" * MOST]


def history(journal: Journal) -> list[tuple[list[bytes], list[bytes]]]:
    """A life with batches, forgetting and both areas used twice: before each write, what is held
    and what is about to be."""
    steps = []
    for number in range(24):
        batch = [b"%02d-%d" % (number, part) * 4 for part in range(1 + number % 3)]
        before = held(journal)
        steps.append((before, batch))
        assert journal.extend(batch) == len(batch), number
        if number % 2:
            journal.forget(journal.last - 4)
    return steps


@pytest.mark.parametrize("medium", MEDIA)
def test_a_cut_at_every_byte_of_every_write_costs_only_what_was_being_written(medium: str) -> None:
    whole = Flash(medium=medium)
    steps = history(whole.boot())
    writes = whole.power.writes
    assert len(writes) == len(steps)
    assert whole.power.begun >= 4  # each area twice
    written = {content for _, batch in steps for content in batch}
    for cut in range(sum(writes)):
        flash = Flash(medium=medium)
        journal = flash.boot()
        flash.power.left = cut
        with pytest.raises(PowerCutError):
            history(journal)
        step = len(flash.power.writes) - 1
        before, batch = steps[step]
        again = flash.boot()
        found = held(again)
        tails = [before + batch[:taken] for taken in range(len(batch))]
        assert any(found[len(found) - len(tail) :] == tail for tail in tails), cut
        assert set(found) <= written
        if again.append(b"after the cut"):  # and it goes on
            assert held(flash.boot())[-len(found) - 1 :] == [*found, b"after the cut"], cut


def test_a_flipped_bit_costs_the_entry_it_is_in_and_no_other() -> None:
    flash = Flash()
    journal = flash.boot()
    taken = fill(journal)
    clean = [area.data for area in flash.areas]
    for index, area in enumerate(flash.areas):
        for at in range(len(clean[index])):
            for bit in (0, 3, 7):
                rotten = bytearray(clean[index])
                rotten[at] ^= 1 << bit
                area.data = bytes(rotten)
                again = flash.boot()
                found = list(again.entries())
                assert len(found) >= len(taken) - 1, (index, at, bit)
                assert all(taken[number - 1] == content for number, content in found)
        area.data = clean[index]


def test_an_area_that_is_lost_whole_leaves_the_other() -> None:
    flash = Flash()
    taken = fill(flash.boot())
    for index in (0, 1):
        clean = flash.areas[index].data
        flash.areas[index].data = b"\xff" * 400
        half = len(taken) // 2
        assert held(flash.boot()) == (taken[half:] if index == 0 else taken[:half])
        flash.areas[index].data = clean


@given(st.binary(max_size=400), st.binary(max_size=400))
def test_no_bytes_whatever_stop_a_journal_from_beginning(first: bytes, second: bytes) -> None:
    flash = Flash()
    flash.areas[0].data, flash.areas[1].data = first, second
    journal = flash.boot()
    journal.forget(journal.last)
    assert journal.append(b"x")
    assert held(flash.boot())[-1] == b"x"


def test_flash_that_refuses_keeps_what_was_there_and_takes_the_entry_later() -> None:
    flash = Flash()
    journal = flash.boot()
    journal.append(b"one")
    flash.power.left = 5
    with pytest.raises(PowerCutError):
        journal.append(b"two")
    flash.power.left = -1
    assert held(journal) == [b"one"]
    assert journal.append(b"three") == 2
    assert held(journal) == held(flash.boot()) == [b"one", b"three"]


def files(folder, size: int = 400) -> Journal:
    return Journal((FileArea(f"{folder}/a/j.0", size), FileArea(f"{folder}/a/j.1", size)))


def test_it_stands_on_files_too(tmp_path) -> None:
    journal = files(tmp_path)
    taken = fill(journal)
    journal.forget(len(taken) // 2)
    more = fill(journal, first=500)
    assert held(files(tmp_path)) == taken[len(taken) // 2 :] + more


def test_a_file_cut_short_at_any_byte_leaves_what_is_whole(tmp_path) -> None:
    taken = fill(files(tmp_path, 120))
    path = tmp_path / "a" / "j.1"
    clean = path.read_bytes()
    half = len(taken) // 2
    for cut in range(len(clean)):
        path.write_bytes(clean[:cut])
        journal = files(tmp_path, 120)
        found = held(journal)
        assert found == taken[: len(found)]
        assert len(found) >= half
        journal.append(b"after")
        assert held(files(tmp_path, 120)) == [*found, b"after"]


def test_a_medium_that_keeps_something_else_is_an_error(tmp_path, monkeypatch) -> None:
    area = FileArea(str(tmp_path / "j.0"), 100)
    area.write(0, b"good")
    monkeypatch.setattr(FileArea, "read", lambda _self, _at, n: b"?" * n)
    with pytest.raises(OSError, match="journal"):
        area.write(4, b"more")
