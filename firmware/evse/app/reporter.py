"""What the controllers know becomes messages: at once on a change, and every interval without one.

Runs outside the tick and may use heap.  It reads the controllers and changes nothing in them but
the flags that say what it has already told.
"""

from evse.core import faults, states
from evse.core.limits import COUNT as OWNER_COUNT
from evse.core.limits import NONE, OWNER_NAMES
from evse.core.reason import NAMES as WHY_NAMES
from evse.core.units import TICKS_PERIOD, elapsed_ms
from protocol import VERSION as PROTOCOL
from protocol.kinds import MAX_FAULT_COUNT, MAX_FAULTS
from protocol.messages import Birth, Condition, Health, Meter, State

METER_CHARGING_MS = 5_000
LOOK_MS = 1_000  # a look makes garbage, and poll() comes a hundred times a second
LEAST_STATE_MS = 200  # a station that chatters does not flood its link
COUNT = TICKS_PERIOD - 1


class Told:
    """What was last told of one connector."""

    def __init__(self, hot: int) -> None:
        self.hot = hot  # openings under load
        self.state_ms = 0
        self.meter_ms = 0
        self.condition_ms = 0
        self.looked_ms = 0  # whether the condition has changed
        self.condition = ()
        self.fault_bits = 0
        self.fallback = False
        self.expired = [False] * OWNER_COUNT
        self.due = True


class Reporter:
    def __init__(self, station, post) -> None:
        self._station = station
        self._post = post
        self._told = [Told(each.contactor_check.hot) for each in station.controllers]
        self._health_ms = 0
        self._link = None
        self._connects = -1

    def poll(self, now_ms: int) -> None:
        """Tell what is new or due.  Call often; it does nothing most of the time."""
        self._post.now_ms = now_ms
        self._greet()
        if self._link is None:
            for index, controller in enumerate(self._station.controllers):
                self._events(index, controller)
            return
        interval_ms = self._station.config.number("interval_s") * 1000
        for index, controller in enumerate(self._station.controllers):
            self._events(index, controller)
            self._state(index, controller, now_ms, interval_ms)
            self._meter(index, controller, now_ms, interval_ms)
            self._condition(index, controller.wear, now_ms, interval_ms)
        if elapsed_ms(now_ms, self._health_ms) >= interval_ms:
            self._health_ms = now_ms
            self._health()
        self._post.pump()

    def _greet(self) -> None:
        """After each connect: a birth first, then everything."""
        link = self._post.link()
        connects = link.connects if link is not None else -1
        if link is self._link and connects == self._connects:
            return
        if link is None:
            self._link = None
            return
        station = self._station
        fields = {
            "firmware": station.version,
            "protocol": PROTOCOL,
            "board": station.board_name,
            "connectors": len(station.controllers),
            "interval_s": station.config.number("interval_s"),
            "reset": station.reset_reason,
            "will_seq": self._post.will_seq,
        }
        if not self._post.send(Birth, -1, fields, link):
            return
        self._link = link
        self._connects = connects
        self._post.records.reconnected()
        for told in self._told:
            told.due = True
            told.condition = ()

    def _events(self, index: int, controller) -> None:
        told = self._told[index]
        now_bits = controller.faults.active
        changed = now_bits ^ told.fault_bits
        if changed:
            for number in range(faults.COUNT):
                bit = 1 << number
                if changed & bit:
                    what = "fault-raised" if now_bits & bit else "fault-cleared"
                    count = controller.faults.counts[number]
                    self._post.record_event(index + 1, what, faults.code(number), count)
            told.fault_bits = now_bits
        hot = controller.contactor_check.hot
        if hot > told.hot:
            self._post.record_event(index + 1, "opened-under-load", "", hot)
        told.hot = hot
        for number in range(OWNER_COUNT):
            expired = controller.limits.expired[number]
            if expired and not told.expired[number]:
                self._post.record_event(index + 1, "limit-expired", OWNER_NAMES[number])
            told.expired[number] = expired
        fallen = controller.fallback.in_force
        if fallen != told.fallback:
            told.fallback = fallen
            what = "fallback-entered" if fallen else "fallback-left"
            self._post.record_event(index + 1, what)

    def _state(self, index: int, controller, now_ms: int, interval_ms: int) -> None:
        told = self._told[index]
        if controller.news:
            controller.news = False
            told.due = True
        since_ms = elapsed_ms(now_ms, told.state_ms)
        if not (told.due and since_ms >= LEAST_STATE_MS) and since_ms < interval_ms:
            return
        if self._post.send(State, index + 1, state_fields(controller, now_ms)):
            told.due = False
            told.state_ms = now_ms

    def _meter(self, index: int, controller, now_ms: int, interval_ms: int) -> None:
        told = self._told[index]
        period_ms = interval_ms
        if controller.pilot.contactor:
            period_ms = min(METER_CHARGING_MS, interval_ms)
        if controller.meter is None or elapsed_ms(now_ms, told.meter_ms) < period_ms:
            return
        told.meter_ms = now_ms
        if not self._post.send(Meter, index + 1, meter_fields(controller, now_ms)):
            self._post.skipped += 1

    def _condition(self, index: int, wear, now_ms: int, interval_ms: int) -> None:
        told = self._told[index]
        if told.condition and (
            elapsed_ms(now_ms, told.condition_ms) < interval_ms
            or elapsed_ms(now_ms, told.looked_ms) < LOOK_MS
        ):
            return
        told.looked_ms = now_ms
        mark = wear.mark()
        if mark != told.condition and self._post.send(Condition, index + 1, wear.fields()):
            told.condition = mark
            told.condition_ms = now_ms

    def _health(self) -> None:
        station, post = self._station, self._post
        fields = {
            "heap_free": min(COUNT, station.heap_free()),
            "worst_gap_ms": min(COUNT, station.worst_gap_ms),
            "held": len(post.records),
            "dropped": post.records.dropped,
            "skipped": post.skipped,
            "refused": station.commands.refused,
            "refusal": station.commands.refusal,
            "connects": self._connects,
            "clock": post.clock.source,
            "clock_age_s": post.clock.age_s,
        }
        station.worst_gap_ms = 0
        post.send(Health, -1, fields)


def reason_fields(controller, now_ms: int) -> dict:
    """The reason record: the same on serial, MQTT and the page."""
    limits = controller.limits
    rows = []
    for number in range(OWNER_COUNT):
        limit_ma = limits.limit_ma(number)
        if limit_ma >= 0:
            owner = OWNER_NAMES[number]
            expires_s = (limits.remaining_ms(number, now_ms) + 999) // 1000
            rows.append(
                {"owner": owner, "limit_ma": min(80_000, limit_ma), "expires_s": expires_s}
            )
    rows.sort(key=lambda row: row["limit_ma"])
    standing = []
    active = controller.faults.active
    for number in range(faults.COUNT):
        if active & (1 << number) and len(standing) < MAX_FAULTS:
            age_s = elapsed_ms(now_ms, controller.faults.since_ms[number]) // 1000
            count = controller.faults.counts[number]
            standing.append(
                {"code": faults.code(number), "age_s": age_s, "count": min(count, MAX_FAULT_COUNT)}
            )
    binding = limits.binding
    return {
        "state": states.NAMES[controller.pilot.state],
        "why": WHY_NAMES[controller.why()],
        "age_s": controller.age_s,
        "limited_by": OWNER_NAMES[binding] if binding != NONE else "none",
        "limits": rows,
        "faults": standing,
    }


def state_fields(controller, now_ms: int) -> dict:
    pilot = controller.pilot
    return {
        "reason": reason_fields(controller, now_ms),
        "offer_ma": controller.offered_ma(),
        "duty_ppm": pilot.duty_ppm,
        "contactor": pilot.contactor,
        "high_mv": controller.high_mv,
        "low_mv": controller.low_mv,
        "session": controller.session_id(),
    }


def meter_fields(controller, now_ms: int) -> dict:
    meter = controller.meter
    return {
        "quality": meter.quality(now_ms),
        "age_ms": min(COUNT, meter.age_ms(now_ms)),
        "voltage_mv": list(meter.voltage_mv),
        "current_ma": list(meter.current_ma),
        "power_w": meter.power_w,
        "frequency_mhz": meter.frequency_mhz,
        "register_wh": controller.charge.register_wh(),
        "session_wh": controller.session_wh(),
    }
