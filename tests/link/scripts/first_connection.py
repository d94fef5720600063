"""One attempt to connect.  Arguments: host, port, path of the CA or "" for none, user, password.

Prints `up`, or the reason why not.  The link is polled all the while: `polled` says so.
"""

import sys

from real_link import Board, now_ms, run_until

from evse.link.tcp import tls_context

host, port, ca, user, password = sys.argv[1:6]
context = None
if ca:
    with open(ca, "rb") as file:
        context = tls_context(file.read())
board = Board(
    "st-0001",
    int(port),
    host,
    "evse/1/st-0001/down/#",
    context,
    connect_ms=2_000,
    username=user,
    password=password,
)
polls = 0


def settled():
    global polls  # noqa: PLW0603
    polls += 1
    return board.link.subscribed or board.link.last_error


board.link.start(now_ms())
run_until([board], settled, "a result")
print("up" if board.link.up else board.link.last_error)
if polls > 20:
    print("polled")
board.link.stop(now_ms())
