"""The journal of a board: two files beside its settings.

Room for 30 days without a link is worked out in firmware/README.md; a board with more flash may
take more.
"""

from evse.drivers.flash_area import FileArea
from evse.drivers.journal import Journal

AREA_BYTES = 131_072


def make_journal(folder: str, area_bytes: int = AREA_BYTES) -> Journal:
    """OSError when the folder cannot be made."""
    names = (f"{folder}/journal.a", f"{folder}/journal.b")
    return Journal([FileArea(name, area_bytes) for name in names])
