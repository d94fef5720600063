"""A quarter of the scenarios of a charge (tests/core/scenarios.py): they are many for one go."""

from tests.core.told import tell

tell(part=2, parts=4)
