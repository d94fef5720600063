"""Which pin of the rig's Pico goes where; the tables of README.md are checked against this one."""

TO_STATION, FROM_STATION = 0, 1
PWM = 2
ENABLE = 3
COIL = 4
CONTACT = 5
PILOT = 6  # the first of four that change together
CABLE = (10, 11, 12, 13)
RCD_TRIP = 14
RCD_TEST = 15
MIRROR = 16
EARTH = 17
RUN = 18
SUPPLY = 19
TO_HOST, FROM_HOST = 20, 21
LED = 22
TRIGGER = 25
SDA, SCL = 26, 27  # L0
BYPASS = 26  # L1
SENSE = 28

# number, name on drawings, what it is at rest ("in", "0", "open" drain let go), what it is for
PINS = (
    (0, "TO_STATION", "in", "UART0 TX to the station's RX, where serial faults are wanted"),
    (1, "FROM_STATION", "in", "UART0 RX from the station's TX"),
    (2, "PWM", "in", "the station's pilot PWM; L1: comparator on the pilot"),
    (3, "ENABLE", "in", "the station's contactor enable, before the charge pump"),
    (4, "COIL", "in", "the line of the coil, after the charge pump"),
    (5, "CONTACT", "in", "spare contact of the relay, high while closed"),
    (6, "PILOT_0", "0", "L0: 4051 A; L1: switch of 2.74 k"),
    (7, "PILOT_1", "0", "L0: 4051 B; L1: switch of 1.3 k"),
    (8, "PILOT_2", "0", "L0: 4051 C; L1: switch of 330 ohm"),
    (9, "PILOT_3", "0", "L0: 4053, low side from the DAC; L1: switch of 120 ohm to earth"),
    (10, "CABLE_13", "open", "1.5 k of the cable's code"),
    (11, "CABLE_20", "open", "680 ohm of the cable's code"),
    (12, "CABLE_32", "open", "220 ohm of the cable's code"),
    (13, "CABLE_63", "open", "100 ohm of the cable's code"),
    (14, "RCD_TRIP", "0", "the station's input for the residual-current device"),
    (15, "RCD_TEST", "in", "the station's test output to that device"),
    (16, "MIRROR", "open", "the station's input for the mirror contact"),
    (17, "EARTH", "0", "50 Hz while the protective earth is there"),
    (18, "RUN", "open", "the station's RUN or EN"),
    (19, "SUPPLY", "0", "switch of the station's 5 V, high is on"),
    (20, "TO_HOST", "in", "UART1 TX to the host's adapter"),
    (21, "FROM_HOST", "in", "UART1 RX from the host's adapter"),
    (22, "LED", "in", "the station's lamp"),
    (25, "TRIGGER", "0", "high for 136 ns at every pilot step; the Pico's own lamp"),
    (26, "SDA", "in", "L0: MCP4725; L1: switch across the vehicle's diode"),
    (27, "SCL", "in", "L0: MCP4725"),
    (28, "SENSE", "in", "the pilot node as the station's converter sees it"),
)


def name_of(number: int) -> str:
    """GP6 (PILOT_0)."""
    for row in PINS:
        if row[0] == number:
            return f"GP{number} ({row[1]})"
    return f"GP{number}"
