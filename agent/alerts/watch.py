"""When trouble is news: once it has stood for a while, and once it has been gone for a while.

Pure: time comes in.  In between nothing is said, however often it comes and goes.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from .rules import Sight, Trouble

AT_ONCE = ("fault", "conflict")  # no waiting before these are told


@dataclass(frozen=True, slots=True)
class News:
    """over: it is gone."""

    trouble: Trouble
    over: bool


class Watch:
    """after_ms, over_ms: how long something stands before it is told, and is gone before that is.
    told: what was told and is not over, from the last run."""

    def __init__(
        self,
        rules: Collection[str],
        after_ms: int,
        over_ms: int,
        told: Iterable[Trouble] = (),
    ) -> None:
        self._rules = frozenset(rules)
        self._after_ms = after_ms
        self._over_ms = over_ms
        self._told: dict[Trouble, int | None] = dict.fromkeys(told)  # -> gone since
        self._stands: dict[Trouble, int] = {}  # not told yet -> since

    @property
    def told(self) -> frozenset[Trouble]:
        return frozenset(self._told)

    def look(self, sight: Sight, known: Collection[str], now_ms: int) -> list[News]:
        """known: every station there is a picture of."""
        standing = {each for each in sight.standing if each.rule in self._rules}
        self._stands = {
            each: self._stands.get(each, now_ms) for each in standing if each not in self._told
        }
        news = [
            News(each, False)
            for each, since_ms in sorted(self._stands.items())
            if each.rule in AT_ONCE or now_ms - since_ms >= self._after_ms
        ]
        for each in news:
            del self._stands[each.trouble]
        news += self._gone(sight, standing, known, now_ms)
        for each in news:
            if each.over:
                del self._told[each.trouble]
            else:
                self._told[each.trouble] = None
        return news

    def _gone(
        self, sight: Sight, standing: set[Trouble], known: Collection[str], now_ms: int
    ) -> list[News]:
        over = []
        for each, gone_ms in self._told.items():
            if each in standing or self._is_unseen(each, sight, known):
                self._told[each] = None
            elif gone_ms is None:
                self._told[each] = now_ms
            elif now_ms - gone_ms >= self._over_ms:
                over.append(News(each, True))
        return sorted(over, key=lambda each: each.trouble)

    def _is_unseen(self, trouble: Trouble, sight: Sight, known: Collection[str]) -> bool:
        """Nothing can be said about it now: its station is silent or was never heard."""
        if not trouble.station:
            return False
        if trouble.station not in known:
            return True
        return trouble.rule not in ("offline", "silent") and trouble.station in sight.blind
