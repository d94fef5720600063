"""The codes in English.  Pure words; what the codes are for is in codes.py and messages.py.

The other languages have the same dictionaries with the same keys and the same {places}.
"""

from . import en_faults

FAULTS = en_faults.FAULTS

# What the control pilot shows, as a short label.
STATES = {
    "A": "Unplugged",
    "B1": "Plugged in, nothing offered",
    "B2": "Plugged in, current offered",
    "C1": "Vehicle ready, nothing offered",
    "C2": "Power on",
    "D1": "Vehicle ready and wants ventilation, nothing offered",
    "D2": "Power on with ventilation",
    "E": "Pilot has no voltage",
    "F": "Not available",
}

# Goes after "Not charging:" and starts a sentence when its first letter is raised.
WHYS = {
    "no-vehicle": "no vehicle is plugged in",
    "waiting-for-authorisation": "waiting for someone to authorise the charge",
    "waiting-for-vehicle": "waiting for the vehicle to ask for current",
    "charging": "charging",
    "stopping": "stopping, the vehicle is being asked to let go of the current",
    "vehicle-ignores-stop": "the vehicle kept drawing current after being asked to stop",
    "no-current-available": "the limits leave less current than a vehicle can use",
    "paused-by-operator": "paused by the operator",
    "self-test": "testing the protection before power is switched on",
    "reclose-delay": "waiting a moment before power is switched on again",
    "wake-up": "waking the vehicle up",
    "finished": "the vehicle is full or wants no more current",
    "fault": "a fault keeps the station from charging",
    "locking": "locking the plug",
    "starting": "the vehicle asks for current, checking it before power goes on",
    "offer-delay": "waiting a moment before offering current again",
    "switching-phases": "switching between one and three phases",
    "no-ventilation": "the vehicle wants ventilation and there is none here",
    "pilot-error": "the control pilot has no voltage",
    "not-supported": "this kind of vehicle is not served here",
    "waiting-for-card": "waiting for a card",
}

# Goes after "limited by".
OWNERS = {
    "station": "the station's own rating",
    "cable": "the cable",
    "supply": "the site's supply",
    "heat": "heat",
    "operator": "the operator",
    "backend": "the backend",
    "fallback": "the fallback for a lost link",
    "ramp": "the slow rise after a start",
}

# Why a session ended.
STOP_REASONS = {
    "none": "the session is not over",
    "unplugged": "the vehicle was unplugged",
    "stopped-by-operator": "the operator stopped it",
    "stopped-by-backend": "the backend stopped it",
    "stopped-locally": "it was stopped at the station",
    "fault": "a fault ended it",
    "power-cut": "the mains failed",
}

SESSION_PHASES = {
    "start": "session started",
    "checkpoint": "session checkpoint",
    "end": "session ended",
}

# A line of the log.  What the event is about follows after a colon.
EVENTS = {
    "boot": "the station started",
    "fault-raised": "fault",
    "fault-cleared": "fault gone",
    "command-refused": "a command was refused",
    "limit-set": "a limit was set",
    "limit-expired": "a limit expired",
    "fallback-entered": "the link was lost, the fallback applies",
    "fallback-left": "the link is back, the fallback ended",
    "config-changed": "a setting was changed",
    "records-dropped": "records were lost because the store was full",
    "vehicle-pulses": "the vehicle keeps asking for current and letting go",
    "clock-set": "the clock was set",
    "storage-error": "the flash memory lost or refused records",
    "card-refused": "a card was refused",
    "card-set": "a card was allowed",
    "card-cleared": "a card was taken off the list",
    "reader-silent": "the card reader does not answer",
    "contactor-replaced": "the contactor was replaced",
    "opened-under-load": "the contactor parted under load",
}

COMMANDS = {
    "set-limit": "set a limit",
    "start": "start a charge",
    "stop": "stop the charge",
    "clear-fault": "clear a fault",
    "reboot": "restart the board",
    "identify": "blink to be found",
    "get-config": "read a setting",
    "set-config": "change a setting",
    "set-card": "allow a card",
    "clear-card": "take a card off the list",
}

# How the station answers a command.
ANSWERS = {
    "ok": "Done.",
    "bad-topic": "The topic is not one of this protocol.",
    "foreign-station": "The message was meant for another station.",
    "unknown-kind": "The station does not know this kind of message.",
    "wrong-direction": "A message of this kind does not travel this way.",
    "retained": "Commands must not be retained by the broker.",
    "too-long": "The message is too long.",
    "not-text": "The message is not readable text.",
    "not-json": "The message is not JSON.",
    "not-object": "The message is not a JSON object.",
    "missing-field": "A field is missing.",
    "bad-field": "A value is outside what is allowed.",
    "other-boot": "The station has restarted since; send the command again.",
    "expired": "The command arrived too late.",
    "too-many": "Too many commands at once; wait a moment.",
    "no-connector": "The station has no connector with this number.",
    "no-vehicle": "No vehicle is plugged in.",
    "not-charging": "There is no charge to stop.",
    "fault-stands": "The cause of the fault is still there.",
    "not-latched": "This fault is not there, or it goes by itself.",
    "needs-service": "Only a technician at the station may do this.",
    "unknown-key": "There is no setting of this name.",
    "not-while-charging": "Not while a vehicle is charging.",
    "not-supported": "This station cannot do that.",
    "list-full": "The station's list of cards is full.",
    "unknown-card": "This card is not on the station's list.",
    "not-kept": "The station's flash memory did not keep it; try again.",
}

# How far the meter's values can be trusted.
QUALITIES = {
    "good": "good",
    "stale": "no answer lately",
    "silent": "not answering",
    "none": "no meter fitted",
}

# How a residual-current device is.
RCDS = {
    "none": "no self-test fitted",
    "untested": "not tested yet",
    "good": "tested and good",
    "failed": "self-test failed",
    "tripped": "tripped",
}

# Why the board last started.
RESETS = {
    "power": "power was switched on",
    "watchdog": "the watchdog restarted it",
    "soft": "the software restarted itself",
    "command": "it was told to restart",
    "exception": "an unexpected error",
    "deep-sleep": "it woke from sleep",
    "unknown": "cause unknown",
}

# Pieces of the console's plain sentence about a connector.
PHRASES = {
    "connector": "Connector {number}",
    "charging": "Charging at {amps} A",
    "not-charging": "Not charging: {why}",
    "offered": "offered {amps} A",
    "no-offer": "no current offered",
    "limited": "limited by {owner}",
    "limited-for": "limited by {owner} for another {time}",
    "fault": "fault {code}: {sentence}",
    "remedy": "What to do: {remedy}",
    "contactor-closed": "contactor closed",
    "contactor-open": "contactor open",
    "pilot": "pilot {high} V / {low} V, duty {duty} %",
    "meter": "meter: {quality}",
    "session": "{energy} kWh in {time}",
    "link-up": "connected to supervision",
    "link-down": "no link to supervision for {time}",
    "wear": "contactor {percent} % worn after {cold} openings without load and {hot} under load",
    "rcd": "residual-current device: {state}, {trips} trips",
    "tested": "last tested {time} ago",
    "fitted-ask": "Where was a new contactor fitted? Type the connector's number to begin its "
    "counts again; anything else leaves them.",
    "fitted-left": "The counts are left as they were.",
    "hours": "{number} h",
    "minutes": "{number} min",
    "seconds": "{number} s",
    "join": ", ",
    "end": ".",
}
