"""The simulated bench when its own process fails: that is told, and the next test has another."""

import os
import signal

import pytest

from hil_tests.bench import BenchError
from hil_tests.sim_bench import SimBench


def test_a_bench_whose_process_died_says_so_at_once_and_is_there_for_the_next_test() -> None:
    bench = SimBench("cpython")
    try:
        bench.fresh()
        os.kill(bench.pid, signal.SIGKILL)
        with pytest.raises(BenchError, match="its process ended with -9"):
            bench.wait(1_000)
        bench.fresh()
        bench.vehicle("B")
        assert bench.state()["reason"]["state"] in ("B1", "B2")
        assert bench.boots() == 1
    finally:
        bench.close()
