"""The numbers the core's modules pass to each other, and their names.

Small whole numbers, not enum members: MicroPython has no enum, and the tables of
pilot.py are indexed by them.  Names are for reports only.
"""

# Pilot states, IEC 61851-1 Table A.3.  A is A1, or A2 while the PWM still runs.
A = 0  # no vehicle
B1 = 1  # plugged in, no offer
B2 = 2  # plugged in, offer on the pilot
C1 = 3  # asks for current, no offer
C2 = 4  # asks for current, offer on the pilot
D1 = 5  # as C1, and wants the room ventilated
D2 = 6
E = 7  # pilot shorted, or nothing readable on it
F = 8  # station not available: -12 V
NAMES = ("A", "B1", "B2", "C1", "C2", "D1", "D2", "E", "F")

# What the pilot's positive peak says, decoded by levels.py.
LEVEL_A = 0  # 12 V
LEVEL_B = 1  # 9 V
LEVEL_C = 2  # 6 V
LEVEL_D = 3  # 3 V
LEVEL_E = 4  # 0 V
LEVEL_F = 5  # -12 V
LEVEL_FAULT = 6  # none of them
LEVEL_NAMES = ("A", "B", "C", "D", "E", "F", "FAULT")

# What the station puts on the pilot.
DRIVE_HIGH = 0  # +12 V, called X1
DRIVE_PWM = 1
DRIVE_LOW = 2  # -12 V
DRIVE_NAMES = ("high", "pwm", "low")

# What the pilot machine is allowed, a bit each; see pilot.py for what a missing one does.
PERMIT_AUTHORISED = 1  # somebody may charge here now
PERMIT_ENABLED = 2  # the operator has not paused this connector
PERMIT_PHASES = 4  # no phase switch-over is under way
PERMIT_SELF_TESTED = 8  # residual-current device and board tests passed
PERMIT_LOCKED = 16  # the plug is locked, or the cable is the station's own
PERMIT_DIODE = 32  # the vehicle's diode is proved, pilot_check.py
PERMIT_VENTILATED = 64  # the room is ventilated, D may charge
PERMIT_ALL = 127
PERMIT_NAMES = (
    "authorised",
    "enabled",
    "phases",
    "self-tested",
    "locked",
    "diode",
    "ventilated",
)
