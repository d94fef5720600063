"""What the emulated rig does to the station besides its pilot: protection, heat, lock, load."""

from typing import Any

from hil_tests.emulator.process import Emulator

EARTH_PIN = "5"  # high while lost
SWITCH_PINS = {"emergency-stop": "20", "enclosure": "21"}  # high while open


class Inputs:
    """Verbs of rig/commands.py that are one command of the emulator each."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator

    def _set(self, do: str, **values: Any) -> "dict[str, Any]":
        return {"us": int(self._emulator.ask(do, **values)["now_us"])}

    def rcd_trip(self, ms: int) -> "dict[str, Any]":
        tripped = self._set("protection", tripped=True)
        self._emulator.ask("protection", tripped=False, at_us=tripped["us"] + ms * 1_000)
        return tripped

    def rcd_test(self, answer: str) -> "dict[str, Any]":
        return self._set("protection", rcd=answer)

    def rcd_late(self, ms: int) -> "dict[str, Any]":
        return self._set("protection", rcd="ok", answer_ms=max(1, ms))

    def earth(self, present: str) -> "dict[str, Any]":
        return self._set("protection", inputs={EARTH_PIN: 1 - int(present)})

    def switch(self, which: str, opened: str) -> "dict[str, Any]":
        return self._set("protection", inputs={SWITCH_PINS[which]: int(opened)})

    def temperature(self, degrees: int) -> "dict[str, Any]":
        return self._set("pilot", heat=degrees)

    def temperature_broken(self, how: str) -> "dict[str, Any]":
        return self._set("pilot", heat=how)

    def lock(self, how: str) -> "dict[str, Any]":
        return self._set("protection", lock=how)

    # Load, supply, meter

    def load(self, ma: int) -> "dict[str, Any]":
        return self._set("meter", amps=[ma / 1_000] * 3)

    def mains(self, mv: int, mhz: int = 50_000) -> "dict[str, Any]":
        return self._set("meter", volts=[mv / 1_000] * 3, hertz=mhz / 1_000)

    def meter(self, how: str) -> "dict[str, Any]":
        return self._set("meter", fault="" if how == "ok" else how)

    def meter_register(self, wh: int) -> "dict[str, Any]":
        return self._set("meter", importKwh=wh / 1_000)
