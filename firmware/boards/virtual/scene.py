"""Who parks where in a virtual fleet: the first stations show one situation each, the others live.

A row: connectors, what the installation carries, authorisation, profile of the vehicle there from
the start ("" nobody), its battery level in permille, whether vehicles come and go by themselves,
what is broken.
"""

from boards.virtual import profiles

SCENES = (
    (1, 16_000, 0, "three-phase", 350, False, ""),  # st-1 charges, and stays
    (1, 16_000, 1, "plain", 400, False, ""),  # waits for a start, or a card
    (1, 32_000, 0, "diode-shorted", 500, False, ""),  # faulted: no vehicle behind that pilot
    (1, 16_000, 0, "", 0, True, ""),
    (2, 32_000, 0, "three-phase-32", 200, True, ""),  # two sockets
    (1, 32_000, 0, "plain", 1_000, False, ""),  # full
    (1, 16_000, 0, "small-battery", 880, True, ""),
    (1, 16_000, 0, "plain", 300, False, "meter"),  # charges while its meter is silent
    (1, 16_000, 0, "overdraws", 300, False, ""),  # is cut off after 7 s
    (1, 32_000, 0, "", 0, True, ""),
)
LIVELY = (1, 16_000, 0, "", 0, True, "")  # every further station


class Scene:
    """One station's situation.  number: from 1."""

    def __init__(self, number: int) -> None:
        row = SCENES[number - 1] if number <= len(SCENES) else LIVELY
        self.connectors, self.limit_ma, self.authorisation = row[:3]
        profile, self.level, self.lively, self.broken = row[3:]
        self.profile = profiles.named(profile) if profile else None
        self._number = number

    def settings(self, name: str) -> dict:
        """What the station's configuration starts with."""
        return {
            "station": name,
            "station_limit_ma": self.limit_ma,
            "authorisation": self.authorisation,
            "reader": "pn532" if self.authorisation else "none",
            "meter": "sdm630",
            "interval_s": 10,
        }

    def set_up(self, board) -> None:
        """Bring the vehicles."""
        for index, bay in enumerate(board.world.bays):
            if self.lively:
                seed = self._number * 31 + index
                away_ms, stay_ms = (10_000, 90_000), (180_000, 900_000)
                bay.invite(seed, away_ms=away_ms, stay_ms=stay_ms, bad_permille=100)
            elif self.profile is not None and index == 0:
                bay.plug(self.profile, self.level)
            if self.broken == "meter":
                bay.meter.fault = "silent"
