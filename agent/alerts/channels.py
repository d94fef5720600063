"""Where alerts go: a topic upstream, and any address Apprise knows, e-mail and webhooks among
them.  A channel that fails is tried again; what cannot be told in the end is counted and logged.
"""

import contextlib
import json
import logging
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..config import ConfigError
from .words import FRAME, say

if TYPE_CHECKING:
    from .watch import News

log = logging.getLogger("borne.alerts")

_TRIES = 5
_PAUSE_S = 30.0
_ROOM = 100  # messages waiting for one failing address
Publish = Callable[[str, bytes], bool]


class AddressError(ConfigError):
    """The file of addresses cannot be read, or one of them is none."""


class Topic:
    """JSON on <topic>/<station>, or <topic>/agent.  publish: False while there is no broker."""

    def __init__(self, topic: str, language: str, publish: Publish) -> None:
        self._topic, self._language, self._publish = topic, language, publish
        self._waiting: list[tuple[str, bytes]] = []

    def tell(self, news: "Sequence[News]") -> None:
        self._waiting += [self._message(each) for each in news]
        del self._waiting[: -10 * _ROOM]
        while self._waiting and self._publish(*self._waiting[0]):
            del self._waiting[0]

    def stop(self) -> None:
        pass

    def _message(self, news: "News") -> tuple[str, bytes]:
        trouble, said = news.trouble, say(news.trouble, self._language)
        told = asdict(trouble) | {"over": news.over, "cause": said.cause, "remedy": said.remedy}
        return f"{self._topic}/{trouble.station or 'agent'}", json.dumps(told).encode()


class Addresses:
    """One message a round to every address, in a thread of its own."""

    def __init__(self, urls_file: str, language: str, page: str = "") -> None:
        """Raises AddressError."""
        self._send = _apprise(urls_file)
        self._language, self._page = language, page
        self._queue: queue.Queue[tuple[str, str] | None] = queue.Queue(_ROOM)
        self._ending = threading.Event()
        self.lost = 0
        self._thread = threading.Thread(target=self._run, name="alerts-out", daemon=True)
        self._thread.start()

    def tell(self, news: "Sequence[News]") -> None:
        if not news:
            return
        try:
            self._queue.put_nowait(message(news, self._language, self._page))
        except queue.Full:
            self.lost += 1
            log.error("an alert could not be told: too many wait already")

    def stop(self) -> None:
        self._ending.set()
        with contextlib.suppress(queue.Full):  # it looks at _ending before each try
            self._queue.put_nowait(None)
        self._thread.join(5)

    def _run(self) -> None:
        while (waiting := self._queue.get()) is not None:
            for left in range(_TRIES - 1, -1, -1):
                if self._try(*waiting):
                    break
                if left == 0:
                    self.lost += 1
                    log.error("an alert could not be told: %s", waiting[0])
                elif self._ending.wait(_PAUSE_S):
                    return

    def _try(self, title: str, body: str) -> bool:
        try:
            return self._send(title, body)
        except Exception:  # whatever a plug-in does, the next alert must go out
            log.exception("an address failed")
            return False


def message(news: "Sequence[News]", language: str, page: str = "") -> tuple[str, str]:
    """(title, body) for people: one alert in full, or many with a line and a remedy each."""
    frame = FRAME[language]
    lines = []
    for each in news:
        said = say(each.trouble, language)
        told = frame["over"].format(cause=said.title) if each.over else said.title
        lines.append(told)
        if not each.over:
            lines.append(frame["remedy"].format(remedy=said.remedy))
        lines.append("")
    if page:
        lines.append(page)
    title = lines[0] if len(news) == 1 else frame["many"].format(count=len(news))
    return title, "\n".join(lines).strip()


def _apprise(urls_file: str) -> Callable[[str, str], bool]:
    """Sends to every address in the file.  Loaded only here: it brings hundreds of services."""
    import apprise  # noqa: PLC0415

    try:
        text = Path(urls_file).read_text(encoding="utf-8")
    except OSError as error:
        raise AddressError(f"{urls_file}: cannot be read: {error.strerror}") from None
    known: Any = apprise.Apprise()
    for number, line in enumerate(text.splitlines(), 1):
        address = line.strip()
        if address and not address.startswith("#") and not known.add(address):
            raise AddressError(f"{urls_file}: line {number} is no address Apprise knows")
    if not len(known):
        raise AddressError(f"{urls_file}: has no address")
    return lambda title, body: bool(known.notify(body=body, title=title))
