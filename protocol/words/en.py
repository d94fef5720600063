"""The codes in English.  Pure words; what the codes are for is in codes.py and messages.py.

The other languages have the same dictionaries with the same keys and the same {places}.
"""

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

# What happened, and what a technician does about it.
FAULTS = {
    "pilot-short": (
        "The control pilot is shorted to earth.",
        "Unplug the vehicle. If the fault stays, look for damage or water in the cable and the "
        "socket; if it goes, have the vehicle's inlet examined.",
    ),
    "pilot-range": (
        "The control pilot shows a voltage that no vehicle makes.",
        "Unplug and plug in again. If it comes back, measure the pilot at the socket: 12, 9 or "
        "6 V on the high side, -12 V on the low side.",
    ),
    "diode": (
        "The vehicle's pilot diode is missing or shorted, so it may not be a vehicle.",
        "Unplug and try another vehicle. If every vehicle fails, look for moisture across the "
        "pilot and earth contacts.",
    ),
    "ventilation": (
        "The vehicle asks for ventilation, which this station does not have.",
        "Unplug this vehicle. It may only charge where forced ventilation is fitted and "
        "configured.",
    ),
    "pe-lost": (
        "The protective earth is missing or broken.",
        "Switch off the supply, then check the earth conductor from the distribution board to the "
        "socket. Do not use the station until the loop impedance is measured and good.",
    ),
    "rcd-trip": (
        "The residual-current device tripped: current leaked to earth.",
        "Unplug the vehicle and look for water or damage, then reset the device by hand and clear "
        "the fault. The device alone protects people; never bridge it.",
    ),
    "rcd-selftest": (
        "The residual-current device failed its self-test and cannot be relied on.",
        "Take the station out of use. Press the device's test button, check its wiring to the "
        "board, and replace it if it does not trip.",
    ),
    "contactor-welded": (
        "The contactor is welded: the socket stays live although it was told to open.",
        "Switch off and lock the station's supply at the distribution board now: no software can "
        "break this circuit. Replace the contactor before the supply comes back.",
    ),
    "contactor-stuck-open": (
        "The contactor was told to close and did not.",
        "Check the coil's supply and wiring, then the mirror contact. Replace the contactor if "
        "its coil has voltage and it does not pull in.",
    ),
    "opened-under-load": (
        "The contactor had to open while current was flowing, which wears its contacts.",
        "Inspect the contacts when this repeats, and look in the log for what forced the opening.",
    ),
    "over-current": (
        "The vehicle drew more current than it was offered.",
        "Unplug the vehicle to clear the fault. If other vehicles do it too, compare the meter "
        "with a clamp meter. The breaker alone protects the cable.",
    ),
    "over-voltage": (
        "The mains voltage is too high.",
        "Measure each phase to neutral at the station. A high reading may be a broken neutral: "
        "if so switch off the supply and call the network company.",
    ),
    "under-voltage": (
        "The mains voltage is too low.",
        "Measure the voltage at the station under load. Look for loose terminals or too thin a "
        "cable; lower the limit until that is put right.",
    ),
    "frequency": (
        "The mains frequency is outside its range.",
        "Wait for the network or the generator to settle; charging resumes by itself. On a "
        "generator, have its governor adjusted.",
    ),
    "over-temperature": (
        "The station is too hot.",
        "Let it cool down, then tighten the power terminals, clear the vents and check for direct "
        "sun. Lower the limit if it comes back.",
    ),
    "temperature-sensor": (
        "The temperature sensor gives no believable reading.",
        "Check the sensor's plug and cable, then replace the sensor.",
    ),
    "proximity": (
        "The cable's rating cannot be read from its proximity contact.",
        "Unplug the cable, clean its contacts and plug it in fully, or use another cable.",
    ),
    "lock": (
        "The lock of the connector did not reach its position.",
        "Push the plug fully in and try again. If it fails, free the locking pin and check the "
        "lock motor's wiring.",
    ),
    "emergency-stop": (
        "The emergency stop is pressed.",
        "Find out why it was pressed and make the place safe, then release the button and clear "
        "the fault.",
    ),
    "enclosure-open": (
        "The enclosure is open.",
        "Close the enclosure and check its switch. If nobody was working on it, look for signs "
        "of tampering first.",
    ),
    "meter-silent": (
        "The meter does not answer.",
        "Check the meter's supply, the A and B wires of its bus and its address and speed.",
    ),
    "crash-loop": (
        "The firmware restarted too often, so the station refuses to charge.",
        "Note the reset cause and the last events, check the board's supply voltage, then install "
        "a firmware known to work.",
    ),
    "config-lost": (
        "The stored settings are missing or damaged.",
        "Enter the settings again over the service port and compare them with the commissioning "
        "record.",
    ),
    "pilot-supply": (
        "The +12 V or -12 V supply of the control pilot is missing.",
        "Measure both supplies on the board with nothing plugged in, and replace the converter or "
        "the board if one is outside 5 %.",
    ),
    "pilot-readback": (
        "The control pilot does not follow what the board puts on it.",
        "Disconnect the pilot wire at the board. If the fault stays, replace the board; if it "
        "goes, the wire or the socket is at fault.",
    ),
    "internal": (
        "The firmware found itself in a state it must not be in.",
        "Restart the station. If it happens again, save the event log and report it to the maker.",
    ),
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
}

# How far the meter's values can be trusted.
QUALITIES = {
    "good": "good",
    "stale": "no answer lately",
    "silent": "not answering",
    "none": "no meter fitted",
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
    "hours": "{number} h",
    "minutes": "{number} min",
    "seconds": "{number} s",
    "join": ", ",
    "end": ".",
}
