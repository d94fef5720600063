"""A station and a watcher live through what a broker can do to them.  Argument: the port.

Prints what it wants of the test (`freeze`, `restart`), and `survived` with the counts at the end.
"""

import sys

from real_link import Board, now_ms, run_until, step, wait_for_test

PORT = int(sys.argv[1])
UP = "evse/1/st-0001/up/"
COMMAND = "evse/1/st-0001/down/identify"

deaths = 0


def death():
    global deaths  # noqa: PLW0603
    deaths += 1
    return UP + "death", b'{"n":%d}' % deaths


def last(board, topic):
    found = [payload for where, payload, _ in board.heard if where == UP + topic]
    return found[-1] if found else None


station = Board("st-0001", PORT, subscribe="evse/1/st-0001/down/#", keepalive_s=5)
station.link.will = death
watcher = Board("watcher", PORT, subscribe="evse/1/+/up/#", keepalive_s=5)
both = [station, watcher]
station.link.start(now_ms())
watcher.link.start(now_ms())


def both_up():
    return station.link.subscribed and watcher.link.subscribed


def send_all(first, end):
    """Messages first..end-1, retained, each kept until the link has taken it."""
    wanted = len(station.delivered) + end - first
    while first < end:
        if station.link.send(f"{UP}m/{first}", b"%d" % first, 1, True):
            first += 1
        else:
            step(both)
    run_until(both, lambda: len(station.delivered) >= wanted, f"delivery of {end}")


run_until(both, both_up, "subscriptions")
send_all(0, 30)

# The broker dies with messages under way, and comes back having forgotten everything.
run_until(both, lambda: len(watcher.heard) >= 30, "the watcher")
wait_for_test("freeze")
for n in range(30, 36):
    assert station.link.send(f"{UP}m/{n}", b"%d" % n, 1, True)
for _ in range(20):
    step(both)
wait_for_test("restart")
run_until(both, lambda: len(station.sessions) == 2 and both_up(), "the broker again")
send_all(36, 60)
wanted = [b"%d" % n for n in range(60)]
run_until(both, lambda: len({p for _, p, _ in watcher.heard}) >= 60, "all 60 messages")
first_heard = []
for _, payload, _ in watcher.heard:
    if payload not in first_heard:
        first_heard.append(payload)
assert sorted(first_heard) == sorted(wanted), first_heard

# A last will belongs to its connection.
for life in (1, 2):
    told = b'{"n":%d}' % deaths
    station.transport.close()
    run_until([watcher], lambda: last(watcher, "death") == told, "the last will")  # noqa: B023
    run_until(both, lambda: len(station.sessions) == 2 + life and both_up(), "it again")  # noqa: B023
assert station.sessions == [False, False, True, True], station.sessions

# A command sent now, and the same kept by the broker.
station.heard.clear()
assert watcher.link.send(COMMAND, b"now", 1, False)
assert watcher.link.send(COMMAND, b"kept", 1, True)
run_until(both, lambda: len(station.heard) == 2, "two commands")
station.transport.close()
run_until(both, lambda: len(station.heard) == 3, "the kept command again")
assert station.heard == [
    (COMMAND, b"now", False),
    (COMMAND, b"kept", False),
    (COMMAND, b"kept", True),
], station.heard

# A command sent while the station is away waits for it; a farewell is no death.
before = last(watcher, "death")
station.link.stop(now_ms())
run_until([station], lambda: not station.transport.is_open(), "the farewell")
assert watcher.link.send(COMMAND, b"later", 1, False)
run_until([watcher], lambda: watcher.link.under_way() == 0, "the broker's acknowledgement")
assert last(watcher, "death") == before
station.link.start(now_ms())
run_until(both, lambda: (COMMAND, b"later", False) in station.heard, "the command that waited")

print("survived", sorted((k, v) for k, v in station.link.counts.items() if v))
