"""What befalls a site while its boards go on talking.  A fault is begun, lasts, and is over."""

import contextlib
import random
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.agent.program import Program
from tests.agent.proof.proxy import Proxy
from tests.agent.proof.site import Site

TEN_YEARS_S = 10 * 365 * 86_400
Fault = Callable[[Site, random.Random], "contextlib.AbstractContextManager[None]"]


@contextlib.contextmanager
def _killed(victim: Program) -> Iterator[None]:
    victim.kill()
    yield
    victim.start()


@contextlib.contextmanager
def _frozen(victim: Program) -> Iterator[None]:
    victim.freeze()
    yield
    victim.thaw()


@contextlib.contextmanager
def _line(
    proxy: Proxy, *, delay_s: float = 0.0, piece: int = 0, holding: bool = False
) -> Iterator[None]:
    proxy.delay_s, proxy.piece, proxy.holding = delay_s, piece, holding
    yield
    proxy.heal()


@contextlib.contextmanager
def _cut(proxy: Proxy) -> Iterator[None]:
    proxy.cut()
    yield


@contextlib.contextmanager
def _clock(site: Site, off_s: int) -> Iterator[None]:
    """Ten years off, and later right again: the agent lives through both jumps."""
    site.agent.shift_clock(off_s)
    yield
    site.agent.shift_clock(0)


@contextlib.contextmanager
def _full_disk(folder: Path) -> Iterator[None]:
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(65_536))
    yield
    ballast.unlink()


FAULTS: dict[str, Fault] = {
    "agent killed": lambda site, _: _killed(site.agent),
    "upstream killed": lambda site, _: _killed(site.upstream),
    "agent stopped": lambda site, _: _frozen(site.agent),
    "upstream stopped": lambda site, _: _frozen(site.upstream),
    "line cut": lambda site, chance: _cut(chance.choice(site.proxies)),
    "line half open": lambda site, chance: _line(chance.choice(site.proxies), holding=True),
    "line slow": lambda site, chance: _line(
        chance.choice(site.proxies), delay_s=chance.uniform(0.01, 0.2)
    ),
    "line in slices": lambda site, chance: _line(
        chance.choice(site.proxies), piece=chance.randint(1, 9)
    ),
    "clock ten years on": lambda site, _: _clock(site, TEN_YEARS_S),
    "clock ten years back": lambda site, _: _clock(site, -TEN_YEARS_S),
    "disk full": lambda site, _: _full_disk(site.agent.state),
}
# A site broker forgets what it had not saved: those records come again, and out of order.
AND_SITE_BROKER: dict[str, Fault] = {
    **FAULTS,
    "site broker killed": lambda site, _: _killed(site.broker),
    "site broker stopped": lambda site, _: _frozen(site.broker),
}


def flip_bits(path: Path, count: int, chance: random.Random) -> None:
    """Turn count bits of a file around, anywhere in it."""
    data = bytearray(path.read_bytes())
    for _ in range(count):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    path.write_bytes(data)
