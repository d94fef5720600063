"""A random walk over everything that can be done to a station, judged by oracle.py.

    python -m hil_tests.soak --hours 24 [--seed N] [--bench sim|micropython|path.toml]

The hours are the station's; the simulated bench lives a week in a few of ours.  A walk that fails
prints its seed and its last steps; the same seed walks the same way again.  Such a seed is kept as
a named test in test_soak.py.
"""

import argparse
import sys
import time
from typing import TYPE_CHECKING

from hil_tests.bench import BenchError
from hil_tests.oracle import Violation
from hil_tests.walk import Walk

if TYPE_CHECKING:
    from hil_tests.serial_bench import SerialBench


def failed(walk: Walk, error: Exception) -> str:
    """What a person needs to see it again."""
    steps = "\n".join(f"  {step}" for step in walk.last)
    where = f"seed {walk.seed}, step {walk.steps}"
    return f"{where}: {error}\n{steps}\nagain: make soak ONLY=station SEED={walk.seed}"


def main() -> int:
    from hil_tests import rig_bench
    from hil_tests.sim_bench import SimBench

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    parser.add_argument("--hours", type=float, default=24.0)
    parser.add_argument("--bench", default="sim")
    chosen = parser.parse_args()
    names = {"sim": "cpython", "virtual": "cpython", "micropython": "micropython"}
    if chosen.bench in names:
        bench: SerialBench = SimBench(names[chosen.bench])
    else:
        bench = rig_bench.from_file(chosen.bench)
    walk = Walk(bench, chosen.seed)
    print(f"{bench.name}: seed {chosen.seed}, {chosen.hours:g} hours of the station's time")
    told_us = 0
    try:
        while (now_us := bench.now_us()) < chosen.hours * 3_600_000_000:
            walk.step()
            if now_us - told_us > 3_600_000_000:
                told_us = now_us
                hours = now_us / 3_600_000_000
                print(f"{hours:.0f} h, {walk.steps} steps, {walk.oracle.closings} closings")
    except (Violation, BenchError, TimeoutError) as error:
        print(failed(walk, error), file=sys.stderr)
        return 1
    finally:
        bench.close()
    print(f"no rule broken in {walk.steps} steps and {walk.amnesties} charges that had to come")
    return 0


if __name__ == "__main__":
    sys.exit(main())
