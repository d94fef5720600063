"""A quarter of the scenarios of a charge (tests/core/scenarios.py): they are many for one go."""

from tests.core.told import tell

tell(part=1, parts=4)
