"""Every code word on the wire.  What each means to people, in three languages: words/.

The firmware's core has the same words of its own (it imports nothing); a test compares them.
"""

STATES = ("A", "B1", "B2", "C1", "C2", "D1", "D2", "E", "F")

# Why a connector is in its state, the first that applies.
WHYS = (
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

# Who may set a limit.  A remote owner's limit always expires.
OWNERS = ("station", "cable", "supply", "heat", "operator", "backend", "fallback", "ramp")
REMOTE_OWNERS = ("operator", "backend")

# Fault code and its ChargeX MREC number ("" where the list has none).
FAULTS = (
    ("pilot-short", "CX014"),
    ("pilot-range", "CX014"),
    ("diode", ""),
    ("ventilation", ""),
    ("pe-lost", "CX002"),
    ("rcd-trip", "CX002"),
    ("rcd-selftest", "CX002"),
    ("contactor-welded", "CX017"),
    ("contactor-stuck-open", "CX017"),
    ("opened-under-load", ""),
    ("over-current", "CX004"),
    ("over-voltage", "CX005"),
    ("under-voltage", "CX006"),
    ("frequency", ""),
    ("over-temperature", "CX003"),
    ("temperature-sensor", ""),
    ("proximity", "CX023"),
    ("lock", "CX001"),
    ("emergency-stop", "CX008"),
    ("enclosure-open", ""),
    ("meter-silent", ""),
    ("crash-loop", ""),
    ("config-lost", ""),
    ("pilot-supply", "CX014"),
    ("pilot-readback", "CX014"),
    ("internal", ""),
)
FAULT_CODES = tuple([code for code, _ in FAULTS])

PHASES = ("start", "checkpoint", "end")
STOP_REASONS = (
    "none",
    "unplugged",
    "stopped-by-operator",
    "stopped-by-backend",
    "stopped-locally",
    "fault",
    "power-cut",
)

EVENTS = (
    "boot",
    "fault-raised",
    "fault-cleared",
    "command-refused",
    "limit-set",
    "limit-expired",
    "fallback-entered",
    "fallback-left",
    "config-changed",
    "records-dropped",
    "vehicle-pulses",
    "clock-set",
    "storage-error",
    "card-refused",
    "card-set",
    "card-cleared",
    "reader-silent",
    "contactor-replaced",
    "opened-under-load",
)

METER_QUALITIES = ("good", "stale", "silent", "none")

CLOCKS = ("none", "agent")

# How a residual-current device is.
RCDS = ("none", "untested", "good", "failed", "tripped")

# Why bytes were not taken for a message.
REFUSALS = (
    "bad-topic",
    "foreign-station",
    "unknown-kind",
    "wrong-direction",
    "retained",
    "too-long",
    "not-text",
    "not-json",
    "not-object",
    "missing-field",
    "bad-field",
)

# A command's answer: "ok", or why not.
ANSWERS = (("ok",) + REFUSALS) + (
    "other-boot",
    "expired",
    "too-many",
    "no-connector",
    "no-vehicle",
    "not-charging",
    "fault-stands",
    "not-latched",
    "needs-service",
    "unknown-key",
    "not-while-charging",
    "not-supported",
    "list-full",
    "unknown-card",
    "not-kept",
)

# What the agent answers in a board's stead, beside ANSWERS.
AGENT_ANSWERS = ("timeout", "offline", "suspended", "not-allowed", "unknown-station")

RESETS = ("power", "watchdog", "soft", "command", "exception", "deep-sleep", "unknown")
