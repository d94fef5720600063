"""Rounds of chaos over a site:  python -m tests.agent.proof.chaos --rounds 1000 [--seed N]

Each round is traffic, one fault or two at once, traffic, and the next.  At the end everything
works again and the judge has the word.  `make soak` runs the long form.
"""

import argparse
import contextlib
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from protocol.messages import Event, Session
from tests.agent.proof.faults import AND_SITE_BROKER, FAULTS, Fault
from tests.agent.proof.judge import judge, records
from tests.agent.proof.site import Site, running, small_disk

FRESH_S = 30.0  # a fresh record is through so soon after everything works again
CHECK_EVERY = 25  # rounds


def traffic(site: Site, chance: random.Random, most: int) -> None:
    pause = threading.Event()
    for _ in range(chance.randrange(most)):
        chance.choice(site.boards).record(chance.choice((Event, Session)))
        pause.wait(0.003)


def chaos(
    site: Site, seed: int, rounds: int, faults: Mapping[str, Fault], most_s: float = 1.0
) -> "Counter[str]":
    """How often each fault was.  Every fault comes once before any comes twice."""
    chance = random.Random(seed)
    pause = threading.Event()
    done: Counter[str] = Counter()
    bag: list[str] = []
    for number in range(rounds):
        while len(bag) < 2:
            bag += chance.sample(sorted(faults), len(faults))
        names = {bag.pop(0) for _ in range(1 if chance.random() < 0.7 else 2)}
        with contextlib.ExitStack() as over:
            for name in sorted(names):
                over.enter_context(faults[name](site, chance))
                done[name] += 1
            traffic(site, chance, 40)
            pause.wait(chance.uniform(0.01, most_s))
        traffic(site, chance, 40)
        pause.wait(chance.uniform(0.01, most_s))
        if number % CHECK_EVERY == CHECK_EVERY - 1:
            site.settle()
            judge(site, ordered=faults is not AND_SITE_BROKER)
            print(f"{number + 1} rounds", file=sys.stderr, flush=True)
    return done


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    parser.add_argument("--site-broker", action="store_true", help="it is killed and stopped too")
    parser.add_argument("--most-s", type=float, default=3.0, help="of a fault, and between two")
    parser.add_argument("--only", action="append", choices=sorted(FAULTS), help="these alone")
    chosen = parser.parse_args()
    faults = AND_SITE_BROKER if chosen.site_broker else FAULTS
    faults = {name: faults[name] for name in chosen.only or faults}
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        with small_disk(place / "state"), running(place) as site:
            print(f"{chosen.rounds} rounds, seed {chosen.seed}", flush=True)
            began_s = time.monotonic()
            done = chaos(site, chosen.seed, chosen.rounds, faults, chosen.most_s)
            fresh_s = site.settle()
            judge(site, ordered=not chosen.site_broker)
            came = records(site)
            print(f"| {'fault':22} | times |\n|{'-' * 24}|------:|")
            for name, count in sorted(done.items()):
                print(f"| {name:22} | {count:5} |")
            again = len(came) - len(set(came))
            print(
                f"{time.monotonic() - began_s:.0f} s, {len(site.made())} records, {again} again,"
            )
            print(f"0 lost, 0 invented; a fresh one came through in {fresh_s:.1f} s at the end")
    return 0 if fresh_s <= FRESH_S else 1


if __name__ == "__main__":
    sys.exit(main())
