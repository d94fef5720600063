"""A journal against a list: whatever is added, forgotten, cut off and rebooted, in any order."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from evse.drivers.journal import FRAME, Journal
from tests.drivers.flash_fakes import MEDIA, MemoryArea, Power, PowerCutError

# Lengths lean on the edges: nothing, a byte, just what an area has, one more.
CONTENTS = st.one_of(
    st.binary(max_size=3),
    st.binary(min_size=90, max_size=130),
    st.sampled_from([b"\xb7" * 8, b"\xb7\x01\x00\x00\x00\x00\x00\x01", b"x" * 240]),
)


class JournalMachine(RuleBasedStateMachine):
    """held: what must be there.  past: what was ever there; a reboot may bring the end of it up
    again, where no mark has taken the forgetting along."""

    @initialize(size=st.sampled_from([120, 256, 700]), medium=st.sampled_from(MEDIA))
    def begin(self, size: int, medium: str) -> None:
        self.size = size
        self.power = Power()
        self.areas = (MemoryArea(size, self.power, medium), MemoryArea(size, self.power, medium))
        self.held: list[tuple[int, bytes]] = []
        self.past: list[tuple[int, bytes]] = []
        self._boot()

    def _boot(self) -> None:
        self.power.left = -1
        self.journal = Journal(self.areas)
        self.sender = self.journal.cursor()

    def _add(self, contents: list[bytes]) -> int:
        before = self.journal.last
        fresh = [(before + 1 + n, content) for n, content in enumerate(contents)]
        try:
            taken = self.journal.extend(contents)
        except PowerCutError:
            self.held += fresh  # each of them may or may not be there: settled by the reboot
            raise
        self.held += fresh[:taken]
        return taken

    @rule(contents=st.lists(CONTENTS, min_size=1, max_size=5))
    def add(self, contents: list[bytes]) -> None:
        taken = self._add(contents)
        if taken < len(contents):  # it was right to refuse: with the mark it would not fit
            need = len(contents[taken]) + FRAME + FRAME + 4
            assert need > self.size or self.journal.free() < need

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def forget(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(self.held))[0]
        self.past += [entry for entry in self.held if entry[0] <= number]
        self.held = [entry for entry in self.held if entry[0] > number]
        self.journal.forget(number)

    @rule()
    def send(self) -> None:
        before, found = self.sender.number, []
        while (content := self.sender.read()) is not None:
            found.append(content)
        assert found == [content for number, content in self.held if number > before]

    @rule()
    def reboot(self) -> None:
        self._boot()
        self._settle(0)

    @rule(contents=st.lists(CONTENTS, min_size=1, max_size=4), cut=st.integers(0, 400))
    def power_cut(self, contents: list[bytes], cut: int) -> None:
        certain = len(self.held)
        self.power.left = cut
        try:
            self._add(contents)
            certain = len(self.held)
        except PowerCutError:
            pass
        maybe = len(self.held) - certain
        self._boot()
        self._settle(maybe)

    def _settle(self, maybe: int) -> None:
        """After a reboot: what was certain is there, and of the last `maybe` entries a beginning.
        In front may stand forgotten ones."""
        found = list(self.journal.entries())
        certain = self.held[: len(self.held) - maybe]
        first = certain[0][0] if certain else 1 << 30
        if not certain and maybe:
            first = self.held[-maybe][0]
        again = [entry for entry in found if entry[0] < first]
        fresh = found[len(again) + len(certain) :]
        assert found[len(again) :][: len(certain)] == certain
        assert fresh == self.held[len(certain) :][: len(fresh)]
        assert all(entry in self.past for entry in again)
        self.past = [entry for entry in self.past if entry not in again]
        self.held = found

    @invariant()
    def what_is_held_can_be_read(self) -> None:
        if hasattr(self, "journal"):
            assert list(self.journal.entries()) == self.held
            reader = Journal(self.areas)
            assert [e for e in reader.entries() if e in self.held] == self.held

    @invariant()
    def a_cursor_that_starts_now_reads_just_that(self) -> None:
        if hasattr(self, "journal"):
            cursor = Journal(self.areas).cursor()
            found = []
            while (content := cursor.read()) is not None:
                found.append((cursor.number, content))
            assert [entry for entry in found if entry in self.held] == self.held


TestJournal = JournalMachine.TestCase
TestJournal.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
