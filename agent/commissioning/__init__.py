"""An installed station tested from a laptop: `borne test-station`.

rig.py speaks to the vehicle simulator (hil_tests/rig), station.py to the station's own line where
there is one; sequence.py has the steps and
walk.py what they are made of, limits.py says what is good, record.py keeps what was
found, words.py says it in three languages and command.py is what a person types.
"""
