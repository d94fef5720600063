"""What happened, kept for plots, bills and repairs: sessions, events, decimated telemetry.

store.py is where messages come in, reader.py where answers go out; records.py and points.py are
the two kinds of rows, month.py makes bills of them.  Nothing here decides what is delivered.
"""
