"""The host beside the boards: takes in what they say, keeps it, passes it on, commands.

Start with process.py, which wires everything; intake.py, outbox.py, forwarder.py, downlink.py and
live.py are the decisions, the rest moves bytes.  It never imports the firmware.
"""
