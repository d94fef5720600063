"""A board that meets one hostile broker after the other on the same port.  Argument: the port.

Sends a message in each connection that comes up, and ends when one has been delivered.
Prints the counts.
"""

import sys

from real_link import Board, now_ms, run_until

board = Board("st-0001", int(sys.argv[1]), subscribe="evse/1/st-0001/down/#")
board.link.on_up = lambda _: board.link.send("evse/1/st-0001/up/birth", b"{}")
board.link.start(now_ms())
run_until([board], lambda: board.link.counts["delivered"], "a broker that is one")
for name, count in sorted(board.link.counts.items()):
    if count:
        print(name, count)
