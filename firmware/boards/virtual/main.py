"""A fleet of virtual stations as a process, under CPython or MicroPython's unix port.

python main.py --broker HOST:PORT --stations N --credentials FILE --state DIR
               [--speed X] [--seed N] [--terminal]
"""

import sys
import time

sys.path[:0] = [__file__.rsplit("/", 4)[0] or ".", __file__.rsplit("/", 3)[0]]

from boards.virtual.fleet import make_fleet  # noqa: E402

OPTIONS = {
    "--broker": "",
    "--stations": "8",
    "--credentials": "",
    "--state": "build/virtual",
    "--speed": "1",
    "--seed": "1",
}


def real_ms() -> int:
    try:
        return time.ticks_ms() & ((1 << 30) - 1)
    except AttributeError:
        return int(time.monotonic() * 1000) & ((1 << 30) - 1)


def parse(words: "list[str]") -> dict:
    """The options by name.  Ends the program with a plain sentence for a wrong one."""
    chosen = dict(OPTIONS)
    while words:
        word = words.pop(0)
        if word not in OPTIONS or not words:
            known = " ".join(sorted(OPTIONS))
            print(f"{word}: not an option, or its value is missing; options are {known}")
            sys.exit(2)
        chosen[word] = words.pop(0)
    return chosen


def read_credentials(path: str) -> dict:
    """station -> password, from lines `station password`."""
    found = {}
    if path:
        with open(path) as file:
            for line in file:
                words = line.split()
                if len(words) == 2:
                    found[words[0]] = words[1]
    return found


def make_network_of(broker: str, credentials: dict):
    host, _, port = broker.rpartition(":")

    def network_of(name: str) -> "dict | None":
        if not host:
            return None
        password = credentials.get(name, "")
        return {
            "host": host,
            "port": int(port),
            "user": name if password else "",
            "password": password,
            "tls": 0,
            "ca_file": "",
        }

    return network_of


def make_terminal_of(folder: str):
    """A pseudo terminal a station, with a name that stays; None where there are none."""
    try:
        from os import symlink, unlink

        from boards.virtual.wire import PtyEnd
    except ImportError:
        return None

    def terminal_of(name: str) -> "PtyEnd":
        end = PtyEnd()
        try:
            unlink(f"{folder}/{name}.tty")
        except OSError:
            pass  # the first time there is none
        symlink(end.path, f"{folder}/{name}.tty")
        return end

    return terminal_of


def main() -> None:
    chosen = parse(sys.argv[1:])
    network_of = make_network_of(chosen["--broker"], read_credentials(chosen["--credentials"]))
    whole, _, rest = chosen["--speed"].partition(".")
    percent = int(whole or "0") * 100 + int((rest + "00")[:2])
    count, folder, seed = int(chosen["--stations"]), chosen["--state"], int(chosen["--seed"])
    fleet = make_fleet(count, network_of, folder, seed, percent, make_terminal_of(folder))
    print(f"{count} virtual stations at {chosen['--speed']} x real time")
    try:
        while True:
            fleet.run(real_ms())
            time.sleep(0.01)
    except KeyboardInterrupt:
        fleet.stop(real_ms())
        for _ in range(50):
            fleet.run(real_ms())
            time.sleep(0.01)


main()
