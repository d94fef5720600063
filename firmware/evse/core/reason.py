"""Why a connector is as it is: one number at a time, a code word for each.

pilot.py chooses it; the words are those of protocol.codes.WHYS.
"""

WHY_NO_VEHICLE = 0
WHY_WAITING_FOR_AUTHORISATION = 1
WHY_WAITING_FOR_VEHICLE = 2  # offered; the vehicle has not asked for current yet
WHY_CHARGING = 3  # power is on
WHY_STOPPING = 4  # offer withdrawn, the vehicle has its time to stop
WHY_VEHICLE_IGNORES_STOP = 5  # it did not, and was cut off
WHY_NO_CURRENT_AVAILABLE = 6
WHY_PAUSED_BY_OPERATOR = 7
WHY_SELF_TEST = 8
WHY_RECLOSE_DELAY = 9  # the contactor rests before it may close again
WHY_WAKE_UP = 10  # the wake-up sequence is on the pilot
WHY_FINISHED = 11  # offered; the vehicle has stopped asking, or would not wake up
WHY_FAULT = 12
WHY_LOCKING = 13
WHY_STARTING = 14  # the vehicle asks; debouncing, diode proof
WHY_OFFER_DELAY = 15  # the pilot rests before it may offer again
WHY_SWITCHING_PHASES = 16
WHY_NO_VENTILATION = 17
WHY_PILOT_ERROR = 18  # state E
WHY_NOT_SUPPORTED = 19  # a vehicle without B, where that is not allowed
WHY_WAITING_FOR_CARD = 20  # WHY_WAITING_FOR_AUTHORISATION where cards are read; app/reporter.py
NAMES = (
    "no-vehicle",
    "waiting-for-authorisation",
    "waiting-for-vehicle",
    "charging",
    "stopping",
    "vehicle-ignores-stop",
    "no-current-available",
    "paused-by-operator",
    "self-test",
    "reclose-delay",
    "wake-up",
    "finished",
    "fault",
    "locking",
    "starting",
    "offer-delay",
    "switching-phases",
    "no-ventilation",
    "pilot-error",
    "not-supported",
    "waiting-for-card",
)
