"""Energy and session of one connector: what was delivered, to whom, and the records of it.

What must outlive a power cut is in kept.py and, as records, in records.py.  Flash is written when
the station says so, which on most chips is only while every contactor is open; what a power cut
in between costs is in firmware/README.md.
"""

from evse.app.kept import Kept
from evse.core import reason, session, states
from evse.core.energy import EnergyCount
from evse.core.session import Session
from evse.core.units import elapsed_ms

CHECKPOINT_S = 300
FIRST_READING_MS = 5_000  # wait so long for the meter before sessions begin
FIRST_LOOK_MS = 3_000  # and for the pilot to show the vehicle of an interrupted session
RETRY_MS = 60_000  # after flash refused
MOST_UNSEEN_WH = 200_000  # more than this between two boots is another meter
WRAP_WH = 10_000_000  # where a register begins again, until the meter says
_MAX = (1 << 30) - 1
_STOPS = {"operator": session.STOP_BY_OPERATOR, "backend": session.STOP_BY_BACKEND}
_MEANT = (session.STOP_BY_OPERATOR, session.STOP_BY_BACKEND, session.STOP_LOCALLY)


class Charge:
    """needs_start: a vehicle waits for somebody's start.  user: for whom the session is.
    granted: a start was given.  refused: saves that flash refused."""

    def __init__(self, number: int, post, store) -> None:
        self.needs_start = False
        self._number = number
        self._post = post
        self._store = store
        self._name = f"session-{number}"
        self._energy = EnergyCount()
        self._wrap_wh = WRAP_WH
        self._step_wh = 1
        self._session = Session(post.boot_id)
        self._kept = Kept()
        self._kept.unpack(store.load(self._name))
        self._kept.catch_up(post.records.last_session.pop(number, None))
        self.user = self._kept.user
        self.granted = self._kept.granted == 1
        self._unsaved = False
        self.refused = 0
        self._refused_ms = -1
        self._register_wh = 0
        self._readings = 0
        self._born_ms = -1
        self._ready = False
        self._told_s = 0

    def session_id(self) -> str:
        """Of the running session, "" without one."""
        return "" if self._session.phase == session.IDLE else self._id()

    def energy_wh(self) -> int:
        """Of the running or last session."""
        return self._session.energy_wh

    def register_wh(self) -> int:
        """What this connector has ever delivered; never decreases."""
        return self._energy.total_wh

    def was_stopped(self) -> bool:
        """Before the power cut the session that goes on now had been stopped from afar."""
        return self._kept.number > 0 and self._kept.stop in _STOPS.values()

    def is_stopped(self) -> bool:
        """Somebody has stopped the running session."""
        return self._session.phase != session.IDLE and self._session.stop in _MEANT

    def stopped_by(self, owner: str) -> None:
        self._session.stop_for(_STOPS.get(owner, session.STOP_LOCALLY))
        self._unsaved = True

    def withdrawn(self) -> None:
        """Who was granted the charge has ended it, and may start it again."""
        self.granted = False
        self.stopped_by("user")

    def started(self, user: str) -> None:
        self.user = user
        self.granted = True
        self._session.go_on()
        self._unsaved = True

    def start_expired(self) -> None:
        """No vehicle came for it."""
        if self._session.phase == session.IDLE:
            self.user = ""
            self.granted = False

    def poll(self, controller, now_ms: int) -> None:
        """Count, step the session, make records; outside the tick."""
        self._count(controller.meter, now_ms)
        if not self._ready and not self._begin(controller, now_ms):
            return
        pilot, current = controller.pilot, self._session
        if pilot.why == reason.WHY_FAULT:
            current.stop_for(session.STOP_FAULT)
        elif pilot.contactor and current.stop == session.STOP_FAULT:
            current.go_on()
        before, powered = current.phase, pilot.contactor
        offered = pilot.drive == states.DRIVE_PWM
        current.step(now_ms, pilot.state != states.A, offered, powered, self._energy.total_wh)
        if current.phase == before:
            if current.duration_s - self._told_s >= CHECKPOINT_S:
                self._check_in()
            return
        self._unsaved = True
        if current.phase == session.IDLE:
            self._tell("end")
            self.user = ""
            self.granted = False
            controller.unplugged(current.charging_s > 0)
        elif before == session.IDLE:
            self._tell("start")

    def _count(self, meter, now_ms: int) -> None:
        if meter is None or meter.readings == self._readings:
            return
        first = not self._readings
        self._readings = meter.readings
        self._register_wh = meter.import_wh
        self._wrap_wh, self._step_wh = meter.wrap_wh, meter.step_wh
        if not self._ready:
            return
        if first:  # it was silent when the station started
            self._energy = self._count_from(self._seen_wh(self._energy.total_wh))
        self._energy.feed(now_ms, meter.import_wh)

    def _count_from(self, total_wh: int) -> EnergyCount:
        return EnergyCount(wrap_wh=self._wrap_wh, step_wh=self._step_wh, total_wh=total_wh)

    def _seen_wh(self, total_wh: int) -> int:
        """total_wh, and what the register has counted since it was kept."""
        kept = self._kept
        unseen_wh = self._register_wh - kept.register_wh
        if unseen_wh < 0:
            unseen_wh += self._wrap_wh
        if kept.known and unseen_wh <= MOST_UNSEEN_WH:
            total_wh = min(_MAX, total_wh + unseen_wh)
        return total_wh

    def _begin(self, controller, now_ms: int) -> bool:
        """Once the meter has answered, or has not for long: go on from what was kept."""
        if self._born_ms < 0:
            self._born_ms = now_ms
        waited_ms = elapsed_ms(now_ms, self._born_ms)
        kept = self._kept
        if kept.number and controller.pilot.state == states.A and waited_ms < FIRST_LOOK_MS:
            return False
        if controller.meter is not None and not self._readings and waited_ms < FIRST_READING_MS:
            return False
        total_wh = max(kept.total_wh, kept.start_wh)
        if self._readings:
            total_wh = max(self._seen_wh(kept.total_wh), kept.start_wh)
        self._energy = self._count_from(total_wh)
        if self._readings:
            self._energy.feed(now_ms, self._register_wh)
        if kept.number:
            current = self._session
            times_s = (kept.duration_s, kept.charging_s)
            current.resume(kept.boot_id, kept.number, total_wh - kept.start_wh, times_s)
            self._told_s = kept.duration_s
            if kept.stop in _MEANT and controller.pilot.state != states.A:
                current.step(now_ms, True, False, False, total_wh)
                current.stop_for(kept.stop)
        self._unsaved = True
        self._ready = True
        return True

    def _id(self) -> str:
        return f"{self._session.boot_id}-{self._number}-{self._session.number}"

    def _check_in(self) -> None:
        """A checkpoint only where somebody hears it: an outage shall not fill the store."""
        self._told_s = self._session.duration_s
        self._unsaved = True
        if self._post.link() is not None:
            self._tell("checkpoint")

    def _tell(self, phase: str) -> None:
        current, post = self._session, self._post
        self._told_s = 0 if phase == "start" else current.duration_s
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
        if post.record_session(self._number, fields):
            self._kept.told_boot_id, self._kept.told_seq = post.boot_id, post.records.last_seq

    def wants_flash(self, now_ms: int) -> bool:
        """There is something to save().  Flash that refused is asked again after RETRY_MS."""
        if self._refused_ms >= 0 and elapsed_ms(now_ms, self._refused_ms) < RETRY_MS:
            return False
        self._refused_ms = -1
        return self._unsaved

    def save(self, now_ms: int) -> None:
        """Write flash, once no session record waits in RAM: it must not say that a session is
        over before the end is safe."""
        kept, current = self._kept, self._session
        kept.end_session()
        if self._readings:
            kept.register_wh, kept.known = self._register_wh, 1
        kept.total_wh = self._energy.total_wh
        if current.phase != session.IDLE:
            kept.boot_id, kept.number = current.boot_id, current.number
            kept.start_wh = current.start_wh
            kept.duration_s, kept.charging_s = current.duration_s, current.charging_s
            kept.stop = current.stop
            kept.granted = 1 if self.granted else 0
            kept.user = self.user
        try:
            self._store.save(self._name, kept.pack())
            self._unsaved = False
        except OSError:
            self.refused += 1
            self._refused_ms = now_ms
