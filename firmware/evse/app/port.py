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
        self.connects = 0
        link.on_message = self._take
        link.on_up = self._came_up
        link.will = station.post.will

    @property
    def ready(self) -> bool:
        return self._link.up

    def _came_up(self, _session_present: bool = False) -> None:
        self.connects += 1

    def _take(self, topic: str, payload, retained: bool) -> bool:
        return self._station.take(topic, payload, retained, self, self._station.post.now_ms)

    def room(self) -> bool:
        """Whether a message would be taken now.  One place is left to answers."""
        return self._link.under_way() < self._window - 1

    def send(self, topic: str, payload: bytes, qos: int, retained: bool) -> bool:
        return self._link.send(topic, payload, qos, retained) != 0

    def poll(self, now_ms: int) -> None:
        self._link.poll(now_ms)

    def stop(self, now_ms: int) -> None:
        """Say goodbye; poll() until ready is over."""
        self._link.stop(now_ms)

    def describe(self) -> str:
        """For people: what went wrong last, and how often it connected."""
        return f"connections {self.connects}, last problem: {self._link.last_error or 'none'}"
