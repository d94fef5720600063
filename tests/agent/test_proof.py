"""Nothing that was acknowledged is lost, whatever befalls machine, disk, clock and lines.

Short forms; `make soak ONLY=delivery` is the long one (proof/chaos.py).
"""

import random
import threading
from pathlib import Path

import pytest

from tests.agent.proof.chaos import chaos, traffic
from tests.agent.proof.faults import AND_SITE_BROKER, FAULTS, flip_bits
from tests.agent.proof.judge import figures, judge, records
from tests.agent.proof.site import running, small_disk

MINUTE_S = 60


@pytest.mark.parametrize(
    ("seed", "faults", "mqtt"),
    [(1, FAULTS, "paho"), (2, AND_SITE_BROKER, "paho"), (3, AND_SITE_BROKER, "fast")],
    ids=["agent", "and site broker", "fast client"],
)
def test_no_fault_and_no_two_at_once_lose_a_record(
    tmp_path: Path, seed: int, faults, mqtt: str
) -> None:
    with small_disk(tmp_path / "state"), running(tmp_path, mqtt) as site:
        done = chaos(site, seed, len(faults), faults, 0.3)
        site.settle()
        judge(site, ordered=faults is FAULTS)
        assert len(done) == len(faults), "every fault was there"
        assert len(records(site)) > len(site.made()) > 100, (
            "there was traffic, and some came twice"
        )


def test_a_minute_without_the_upstream_broker_and_a_killed_agent_lose_no_record(
    tmp_path: Path,
) -> None:
    chance, pause = random.Random(3), threading.Event()
    with running(tmp_path) as site:
        site.upstream.kill()
        for second in range(MINUTE_S):
            traffic(site, chance, 4)
            if second == MINUTE_S // 2:
                site.agent.kill()
            if second == MINUTE_S // 2 + 2:
                site.agent.start()
            pause.wait(1)
        held = sum(len(board.held) for board in site.boards)
        site.upstream.start()
        site.settle()
        judge(site)
        assert held < len(site.made()) // 2, "the agent took them in meanwhile"


def test_flipped_bits_in_the_spool_change_no_record_and_are_counted(tmp_path: Path) -> None:
    chance = random.Random(5)
    with small_disk(tmp_path / "state"), running(tmp_path) as site:
        traffic(site, chance, 60)
        site.settle()
        site.agent.kill()
        for path in site.agent.state.glob("outbox.sqlite*"):
            flip_bits(path, 200, chance)
        site.agent.start()
        traffic(site, chance, 60)
        site.settle()
        judge(site)
        found = figures(site.agent.state)
        assert found.get("damaged_files", 0) + found.get("holes", 0) >= 1
