"""The README says what every name means that a person may read on the console."""

import pytest

from evse.link.reasons import FAULTS, NOTES
from tests.needs import ROOT


@pytest.mark.parametrize("name", FAULTS + NOTES)
def test_every_reason_is_explained(name: str) -> None:
    assert f"`{name}`" in (ROOT / "firmware/evse/link/README.md").read_text()
