"""The names of everything that can go wrong on an MQTT link.  README.md says what to do."""

# CONNACK return codes 1..5 (MQTT 3.2.2.3), then any other
REFUSALS = (
    "refused-protocol",
    "refused-client-id",
    "refused-unavailable",
    "refused-credentials",
    "refused-not-authorised",
    "refused-unknown",
)

# The connection is dropped and tried again later.
FAULTS = REFUSALS + (
    "dns-failed",
    "tcp-failed",
    "tls-failed",
    "tls-held",  # the handshake could block, and now it may not
    "reset",  # the network took an established connection down
    "closed",  # the broker did
    "connect-timeout",
    "connect-too-big",  # our own CONNECT does not fit tx_bytes
    "bad-connack",
    "bad-flags",
    "bad-kind",
    "bad-length",
    "bad-pid",
    "bad-qos",
    "too-big",  # a packet announces more than a board could ever want
    "unexpected-packet",  # a kind that brokers do not send, or not now
    "ack-timeout",  # the broker lives but does not acknowledge
    "silent",  # nothing from the broker for 1.25 keepalives
    "not-taken",  # the application did not take a message for a quarter of the keepalive
    "no-memory",
)

# Counted, and the connection stays.
NOTES = (
    "connects",
    "received",
    "delivered",
    "held",  # an attempt was put off: it could have blocked, or the network is not there
    "skipped-too-big",
    "bad-topic",
    "unknown-ack",
    "subscribe-refused",
    "handler-raised",
)
