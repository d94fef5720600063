"""A vehicle at the end of the cable: hears the pilot, closes S2, draws current, fills up.

It sees only what a vehicle sees: the duty that reaches it and whether there is mains.  How a
given car behaves is its profile (profiles.py); when it comes and goes is visits.py.  It never
reads the firmware's states, and reads the duty by its own arithmetic.
"""

from array import array

from boards.virtual.profiles import PLAIN

OHM_B = 2_740
OHM_C = 882  # 2.74 k parallel to 1.3 k
OHM_D = 246  # 2.74 k parallel to 270
SIMPLIFIED_MA = 10_000

_THINK_MS = 50
_NEVER = 1 << 62
_RISE_MA_PER_S = 10_000
_FALL_MA_PER_S = 30_000
_TAPER_FROM_PERMILLE = 900  # of a full battery; from here the current falls
_PULSE_MS = 300
_W_MS_PER_WH = 3_600_000


def allowed_ma(duty_ppm: int) -> int:
    """What the duty allows a vehicle without digital communication; 0 is nothing.

    The bands of the Fluke FEV300 and Gossen-Metrawatt M525B manuals.
    """
    if duty_ppm < 80_000 or duty_ppm > 970_000:
        return 0
    if duty_ppm < 100_000:
        return 6_000
    if duty_ppm <= 850_000:
        return duty_ppm * 6 // 100
    if duty_ppm <= 960_000:
        return (duty_ppm - 640_000) // 4
    return 80_000


class Battery:
    """Energy in the car; full at capacity_wh."""

    def __init__(self, capacity_wh: int, level_wh: int) -> None:
        self.capacity_wh = capacity_wh
        self.level_wh = level_wh
        self._rest_w_ms = 0

    def full(self) -> bool:
        return self.level_wh >= self.capacity_wh

    def charge(self, power_w: int, dt_ms: int) -> None:
        self._rest_w_ms += power_w * dt_ms
        self.level_wh += self._rest_w_ms // _W_MS_PER_WH
        self._rest_w_ms %= _W_MS_PER_WH

    def taper(self, current_ma: int) -> int:
        """What the battery still takes of current_ma: all of it, then down to a tenth."""
        level = self.level_wh * 1000 // self.capacity_wh
        if level <= _TAPER_FROM_PERMILLE:
            return current_ma
        share = (1000 - level) * 1000 // (1000 - _TAPER_FROM_PERMILLE)
        return current_ma * max(100, share) // 1000


class Vehicle:
    """One car and its side of the pilot circuit.

    plugged, asking (S2 closed), current_ma (array of three), power_w, battery: what can be seen.
    want: the car means to charge; a person or a timer in the car may change it.
    """

    def __init__(self, circuit, mains, profile=PLAIN) -> None:
        self.current_ma = array("i", (0, 0, 0))
        self.power_w = 0
        self.plugged = False
        self.asking = False
        self.want = True
        self._circuit = circuit
        self._mains = mains
        self._due_ms = _NEVER
        self._thought_ms = 0
        self._heard_ppm = -1
        self._live = False
        self._now_ms = 0
        self.become(profile, profile.capacity_wh // 5)

    def become(self, profile, level_wh: int) -> None:
        """Another car takes the place of this one; only while unplugged."""
        self.profile = profile
        self.battery = Battery(profile.capacity_wh, level_wh)

    def plug(self) -> None:
        self.plugged = True
        self.asking = self.profile.simplified
        self._ma = 0
        self._offer_ma = 0
        self._followed_ma = 0
        self._idle_since_ms = self._plugged_ms = self._offer_since_ms = self._now_ms
        self._live_since_ms = self._thought_ms = self._now_ms
        self._asleep = self.profile.sleeps
        self._heard_ppm = -2  # hear whatever is there
        self._due_ms = self._now_ms
        self._show_resistance()

    def unplug(self) -> None:
        """Pull the cable, whatever flows."""
        self.plugged = False
        self.asking = False
        self._due_ms = _NEVER
        self._set_current(0)
        self._circuit.unplug()

    def step(self, now_ms: int, live: bool) -> None:
        """live: mains on the vehicle's side of the contactor.  now_ms never goes back."""
        self._now_ms = now_ms
        if not self.plugged:
            return
        if self._circuit.heard_ppm != self._heard_ppm:
            self._hear(now_ms)
        if live != self._live:
            self._live = live
            self._live_since_ms = now_ms
            if not live:
                self._set_current(0)
        if now_ms >= self._due_ms:
            self._think(now_ms)

    def _hear(self, now_ms: int) -> None:
        self._heard_ppm = self._circuit.heard_ppm
        if self._heard_ppm == 0:
            self._asleep = False
        offer_ma = allowed_ma(self._heard_ppm)
        if offer_ma != self._offer_ma:
            if not self._offer_ma:
                self._offered_ms = now_ms
            self._offer_ma = offer_ma
            self._offer_since_ms = now_ms

    def _think(self, now_ms: int) -> None:
        dt_ms = now_ms - self._thought_ms
        self._thought_ms = now_ms
        self._due_ms = now_ms + _THINK_MS
        if self._ma:
            self.battery.charge(self.power_w, dt_ms)
            self._idle_since_ms = now_ms
        self._follow(now_ms)
        asking = self._asks(now_ms)
        if asking != self.asking:
            self.asking = asking
            self._show_resistance()
        self._draw(now_ms, dt_ms)

    def _follow(self, now_ms: int) -> None:
        """Take the offer over after the time this car needs for it."""
        if self._offer_ma == self._followed_ma:
            return
        profile = self.profile
        if self._offer_ma == 0 and profile.ignores_x1:
            return
        wait_ms = profile.follows_after_ms if self._offer_ma else profile.stops_after_ms
        if not self._followed_ma or now_ms - self._offer_since_ms >= wait_ms:
            self._followed_ma = self._offer_ma

    def _asks(self, now_ms: int) -> bool:
        """Whether S2 is closed now."""
        profile = self.profile
        if profile.simplified:
            return True
        if profile.pulses and self._pulsing(now_ms):
            return True
        if not self.want or self.battery.full() or self._asleep or not self._followed_ma:
            # The current falls first, then S2 opens (IEC 61851-1 Table A.6 sequence 7).
            return self.asking and (self._ma > 0 or now_ms - self._idle_since_ms < 300)
        if not self.asking or profile.chatter_ms:
            heard_ms = now_ms - self._offered_ms
            if heard_ms < profile.asks_after_ms:
                return False
            if profile.chatter_ms:
                return heard_ms // profile.chatter_ms % 2 == 0
        return True

    def _pulsing(self, now_ms: int) -> bool:
        """B-C-B: short closings of S2 in the first seconds (sequence 11)."""
        since_ms = now_ms - self._plugged_ms - 1_000
        pulse = since_ms // (3 * _PULSE_MS)
        return 0 <= pulse < self.profile.pulses and since_ms % (3 * _PULSE_MS) < _PULSE_MS

    def _draw(self, now_ms: int, dt_ms: int) -> None:
        profile = self.profile
        target_ma = 0
        ready = self._live and now_ms - self._live_since_ms >= profile.starts_after_ms
        if ready and self.asking and self.want and not self.battery.full():
            offer_ma = SIMPLIFIED_MA if profile.simplified else self._followed_ma
            target_ma = min(offer_ma * profile.overdraw_permille // 1000, profile.inlet_ma)
            target_ma = self.battery.taper(target_ma)
        if target_ma > self._ma:
            self._set_current(min(target_ma, self._ma + _RISE_MA_PER_S * dt_ms // 1000))
        else:
            self._set_current(max(target_ma, self._ma - _FALL_MA_PER_S * dt_ms // 1000))

    def _set_current(self, current_ma: int) -> None:
        self._ma = current_ma
        power_w = 0
        for phase in range(self.profile.phases):
            ma = current_ma if self._mains.mv[phase] else 0
            self.current_ma[phase] = ma
            power_w += (self._mains.mv[phase] // 100) * (ma // 10) // 1000
        self.power_w = power_w

    def _show_resistance(self) -> None:
        ohm = OHM_B
        if self.asking:
            ohm = OHM_D if self.profile.ventilation else OHM_C
        self._circuit.plug(ohm, self.profile.diode)
