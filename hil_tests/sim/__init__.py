"""The simulated bench's other side: a station on virtual hardware, and the rig wired to it.

main.py is the program; it runs on CPython and on MicroPython's unix port.  The firmware is the
real one, started by its own main.py; chip.py is what a chip does to it: time, a timer, a watchdog,
resets.  wires.py is the hardware that outlives a reset, rig.py what the rig does to it.
"""
