"""A link as the station uses it: MQTT or the serial line, by one set of words."""


class Port:
    """name: for people.  link: an MqttLink or a LineLink; its callbacks are set here.

    ready: the agent's side can hear us.  connects: grows with every new connection.
    """

    def __init__(self, name: str, link, station, window: int = 8, cut=None) -> None:
        """cut: drops the connection without a word, as a reset does."""
        self.name = name
        self.cut = cut
        self._link = link
        self._station = station
        self._window = window
        self._waiting = None
        self._error = ""
        self.connects = 0
        link.on_message = self._take
        link.on_up = self._came_up
        link.will = station.post.will

    @property
    def ready(self) -> bool:
        return self._link.up

    def _came_up(self, _session_present: bool = False) -> None:
        self.connects += 1

    def begin_again(self) -> None:
        """Whoever listens has just begun to, and knows nothing: as after a new connection."""
        self.connects += 1

    def _take(self, topic: str, payload, retained: bool) -> bool:
        """Put a message aside for poll().  A link calls from far down its own work, and the stack
        must also hold the tick, which interrupts anything (boards/README.md)."""
        if self._waiting is not None:
            return False
        self._waiting = (topic, bytes(payload), retained)
        return True

    def room(self) -> bool:
        """Whether a message would be taken now.  One place is left to answers."""
        return self._link.under_way() < self._window - 1

    def send(self, topic: str, payload: bytes, qos: int, retained: bool) -> bool:
        return self._link.send(topic, payload, qos, retained) != 0

    def poll(self, now_ms: int) -> None:
        self._link.poll(now_ms)
        if self._waiting is not None:
            topic, payload, retained = self._waiting
            self._waiting = None
            try:
                self._station.take(topic, payload, retained, self, self._station.post.now_ms)
            except Exception as error:
                self._link.counts["handler-raised"] += 1
                self._error = repr(error)[:96]

    def stop(self, now_ms: int) -> None:
        """Say goodbye; poll() until ready is over."""
        self._link.stop(now_ms)

    def describe(self) -> str:
        """For people: what went wrong last, and how often it connected."""
        problem = self._error or self._link.last_error or "none"
        return f"connections {self.connects}, last problem: {problem}"
