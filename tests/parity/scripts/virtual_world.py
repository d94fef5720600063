"""A short life of the virtual world: the same seed, the same story, on every interpreter."""

from array import array

from boards.virtual import profiles
from boards.virtual.clock import VirtualClock
from boards.virtual.world import World
from evse.core import states
from evse.drivers.contactor import Contactor
from evse.drivers.pilot_adc import PilotAdc
from evse.drivers.pilot_pwm import PilotPwm
from evse.drivers.proximity_adc import ProximityAdc

DUTY_PPM = 266_666


class Station:
    """The least a station does: offers, and closes for whoever asks at 6 V or 3 V."""

    def __init__(self, bay):
        self.bay = bay
        self.adc = PilotAdc(bay.burst)
        self.pwm = PilotPwm(bay.pwm)
        self.contactor = Contactor(bay.contactor.enable, bay.contactor.mirror)
        self.proximity = ProximityAdc(bay.proximity)

    def tick(self):
        adc = self.adc
        adc.sample(DUTY_PPM if self.pwm.drive == states.DRIVE_PWM else 1_000_000)
        self.pwm.show(states.DRIVE_PWM if adc.high_mv < 10_500 else states.DRIVE_HIGH, DUTY_PPM)
        if 2_000 < adc.high_mv < 7_000 and adc.low_mv < -10_000:
            self.contactor.close()
        else:
            self.contactor.open()

    def tell(self):
        bay = self.bay
        print(
            self.adc.high_mv,
            self.adc.low_mv,
            self.adc.flags,
            self.contactor.feedback(),
            list(bay.vehicle.current_ma),
            bay.vehicle.power_w,
            bay.meter.import_wh,
            bay.contactor.operations,
            self.proximity.read_ohm(),
        )


def live(clock, world, stations, ms):
    for _ in range(ms // 10):
        for station in stations:
            station.tick()
        world.step(clock.advance(10))


def counts_of(bay):
    buf = array("H", [0] * 16)
    bay.burst(buf)
    return list(buf)


# Each kind of vehicle for a while, with noise on the pilot, across the wrap of the clock.
clock = VirtualClock((1 << 30) - 30_000)
world = World(7)
station = Station(world.bays[0])
bay = world.bays[0]
bay.circuit.make_noise(250)
for profile in profiles.GOOD + profiles.BAD:
    print(profile.name)
    bay.plug(profile, 500)
    for ms in (1_000, 2_000, 9_000):
        live(clock, world, [station], ms)
        station.tell()
    bay.unplug()
    live(clock, world, [station], 500)
    station.tell()

# What breaks.
bay.plug(profiles.PLAIN)
live(clock, world, [station], 8_000)
bay.circuit.short(80)
live(clock, world, [station], 200)
station.tell()
print(counts_of(bay))
bay.circuit.mend()
bay.circuit.short(0, True)
live(clock, world, [station], 200)
station.tell()
bay.circuit.mend()
live(clock, world, [station], 8_000)
bay.contactor.weld()
bay.unplug()
live(clock, world, [station], 1_000)
station.tell()

# A day of visits, in a hurry.
world = World(11, 2, "sdm120")
stations = [Station(bay) for bay in world.bays]
for number, bay in enumerate(world.bays):
    bay.invite(number, away_ms=(500, 4_000), stay_ms=(5_000, 30_000), bad_permille=400)
for _ in range(20):
    live(clock, world, stations, 3_000)
    for station in stations:
        station.tell()
    print(
        world.now_ms, list(world.mains.mv), world.mains.mhz, [b.visits.count for b in world.bays]
    )
