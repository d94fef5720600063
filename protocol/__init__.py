"""The words boards, agents and backends speak.  Runs unchanged on CPython and MicroPython.

It knows no broker, no socket and no clock.  Read messages.py first: every message
is one class there.  topics.py spells topics, frame.py puts a message on a serial line,
codes.py and words/ hold what the codes mean to people.
"""

VERSION = 1
