"""The faults in English: what happened, and what a technician does about it.  See en.py."""

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
