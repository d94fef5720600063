"""The emulated bench: the firmware as it is, under a MicroPython image, on an emulated RP2040.

process.py speaks with the emulator (emulator.mjs), image.py puts the firmware onto its flash with
mpremote, rig.py is the rig around it and bench.py the bench.  README.md says what is emulated.
"""
