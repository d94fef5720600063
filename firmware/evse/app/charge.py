"""Energy and session of one connector: what was delivered, to whom, and the records of it.

Flash is written only while the contactor is open.  The meter's own register carries the energy
across a power cut: what is kept is the register at the last writing, and where the session began.
"""

import json

from evse.core import reason, session, states
from evse.core.energy import EnergyCount
from evse.core.session import Session
from evse.core.units import elapsed_ms

CHECKPOINT_S = 300
FIRST_READING_MS = 5_000  # wait so long for the meter before sessions begin
MOST_UNSEEN_WH = 200_000  # more than this between two boots is another meter
_MAX = (1 << 30) - 1
_STOPS = {"operator": session.STOP_BY_OPERATOR, "backend": session.STOP_BY_BACKEND}


class Charge:
    """needs_start: a vehicle waits for somebody's start.  user: for whom the session is."""

    def __init__(self, number: int, post, store) -> None:
        self.needs_start = False
        self.user = ""
        self._number = number
        self._post = post
        self._store = store
        self._name = f"session-{number}"
        self._energy = EnergyCount()
        self._session = Session(post.boot_id)
        self._kept = self._load()
        self._register_wh = 0
        self._readings = 0
        self._born_ms = -1
        self._ready = False
        self._told_s = 0
        self._stored = b""

    def session_id(self) -> str:
        """Of the running session, "" without one."""
        return "" if self._session.phase == session.IDLE else self._id()

    def energy_wh(self) -> int:
        """Of the running or last session."""
        return self._session.energy_wh

    def register_wh(self) -> int:
        """What this connector has ever delivered; never decreases."""
        return self._energy.total_wh

    def stopped_by(self, owner: str) -> None:
        self._session.stop_for(_STOPS.get(owner, session.STOP_LOCALLY))

    def started(self, user: str) -> None:
        self.user = user
        self._session.go_on()

    def poll(self, controller, now_ms: int) -> None:
        """Count, step the session, write records; outside the tick."""
        self._count(controller.meter, now_ms)
        if not self._ready and not self._begin(controller.meter, now_ms):
            return
        pilot, current = controller.pilot, self._session
        if pilot.why == reason.WHY_FAULT:
            current.stop_for(session.STOP_FAULT)
        elif pilot.contactor and current.stop == session.STOP_FAULT:
            current.go_on()
        before, powered = current.phase, pilot.contactor
        offered = pilot.drive == states.DRIVE_PWM
        plugged = pilot.state != states.A
        current.step(now_ms, plugged, offered, powered, self._energy.total_wh)
        if current.phase == session.IDLE:
            if before != session.IDLE:
                self._tell("end")
                self.user = ""
                controller.unplugged(current.charging_s > 0)
        elif before == session.IDLE:
            self._tell("start")
        elif current.duration_s - self._told_s >= CHECKPOINT_S:
            self._tell("checkpoint")
        if current.phase != before and not powered:
            self._save()

    def _count(self, meter, now_ms: int) -> None:
        if meter is not None and meter.readings != self._readings:
            self._readings = meter.readings
            self._register_wh = meter.import_wh
            if self._ready:
                self._energy.feed(now_ms, meter.import_wh)

    def _begin(self, meter, now_ms: int) -> bool:
        """Once the meter has answered, or has not for long: go on from what was kept."""
        if self._born_ms < 0:
            self._born_ms = now_ms
        waited_ms = elapsed_ms(now_ms, self._born_ms)
        if meter is not None and not self._readings and waited_ms < FIRST_READING_MS:
            return False
        kept = self._kept
        total_wh = kept["total_wh"]
        unseen_wh = self._register_wh - kept["register_wh"]
        if self._readings and 0 <= unseen_wh <= MOST_UNSEEN_WH and kept["known"]:
            total_wh = min(_MAX, total_wh + unseen_wh)
        if meter is None:
            self._energy = EnergyCount(total_wh=total_wh)
        else:
            self._energy = EnergyCount(
                wrap_wh=meter.wrap_wh, step_wh=meter.step_wh, total_wh=total_wh
            )
        if self._readings:
            self._energy.feed(now_ms, self._register_wh)
        if kept["number"]:
            times_s = (kept["duration_s"], kept["charging_s"])
            delivered_wh = total_wh - kept["start_wh"]
            self._session.resume(kept["boot_id"], kept["number"], delivered_wh, times_s)
            self.user = kept["user"]
            self._told_s = kept["duration_s"]
        self._ready = True
        return True

    def _id(self) -> str:
        return f"{self._session.boot_id}-{self._number}-{self._session.number}"

    def _tell(self, phase: str) -> None:
        current = self._session
        self._told_s = current.duration_s
        if phase == "start":
            self._told_s = 0
        fields = {
            "session": self._id(),
            "phase": phase,
            "user": self.user,
            "start_wh": current.start_wh,
            "register_wh": self._energy.total_wh,
            "energy_wh": current.energy_wh,
            "duration_s": current.duration_s,
            "charging_s": current.charging_s,
            "reason": session.STOP_NAMES[current.stop] if phase == "end" else "none",
        }
        self._post.record_session(self._number, fields)

    def _save(self) -> None:
        current = self._session
        running = current.phase != session.IDLE
        row = (
            self._energy.total_wh,
            self._register_wh,
            1 if self._readings else 0,
            current.boot_id if running else 0,
            current.number if running else 0,
            current.start_wh,
            current.duration_s,
            current.charging_s,
        )
        self._store.save(self._name, json.dumps([list(row), self.user]).encode())

    def _load(self) -> dict:
        """What was kept, or nothing; a blob that is not ours counts as nothing."""
        row, user = [0] * 8, ""
        stored = self._store.load(self._name)
        if stored is not None:
            try:
                row, user = json.loads(str(stored, "utf-8"))
                if len(row) != 8 or not all(type(v) is int and 0 <= v <= _MAX for v in row):
                    row = [0] * 8
            except (ValueError, TypeError):
                row, user = [0] * 8, ""
        return {
            "total_wh": row[0],
            "register_wh": row[1],
            "known": row[2],
            "boot_id": row[3],
            "number": row[4],
            "start_wh": min(row[5], row[0]),
            "duration_s": row[6],
            "charging_s": row[7],
            "user": user if type(user) is str else "",
        }
