"""What a board must be told to speak MQTT, checked when it is made.

Where the broker is and how TLS checks it is the transport's affair: tcp.py.
"""

from protocol.message import MAX_PAYLOAD
from protocol.topics import MAX_TOPIC


class MqttConfig:
    """Raises ValueError for a value that cannot work; the password is never part of the text.

    client_id: 1..64 characters, the station's name.  subscribe: one filter, "" for none.
    keepalive_s: 5..3600; a dead connection is noticed after at most 1.25 of it.  connect_ms:
    for TCP, TLS and the broker's greeting together.  window: QoS 1 messages under way, 1..64.
    first_wait_ms, most_wait_ms: before an attempt the board waits a random time up to
    first_wait_ms, and the bound doubles at each failure up to most_wait_ms.  A site with
    hundreds of boards behind one broker sets both to a minute, so that a power cut does not
    bring them back in the same second.  rx_bytes, tx_bytes: the two buffers.
    """

    def __init__(
        self,
        client_id: str,
        *,
        username: str = "",
        password: str = "",
        subscribe: str = "",
        keepalive_s: int = 30,
        clean_session: bool = False,
        connect_ms: int = 20_000,
        first_wait_ms: int = 1_000,
        most_wait_ms: int = 60_000,
        window: int = 8,
        rx_bytes: int = MAX_PAYLOAD + MAX_TOPIC + 4,
        tx_bytes: int = MAX_PAYLOAD + MAX_TOPIC + 7,
    ) -> None:
        _check("client_id", len(client_id), 1, 64)
        _check("username", len(username), 0, 64)
        _check("password", len(password), 0, 128)
        _check("subscribe", len(subscribe), 0, MAX_TOPIC)
        _check("keepalive_s", keepalive_s, 5, 3_600)
        _check("connect_ms", connect_ms, 1_000, 120_000)
        _check("first_wait_ms", first_wait_ms, 100, most_wait_ms)
        _check("most_wait_ms", most_wait_ms, first_wait_ms, 3_600_000)
        _check("window", window, 1, 64)
        _check("rx_bytes", rx_bytes, 64, 16_384)
        _check("tx_bytes", tx_bytes, 256, 16_384)
        self.client_id = client_id
        self.username = username
        self.password = password
        self.subscribe = subscribe
        self.keepalive_s = keepalive_s
        self.clean_session = clean_session
        self.connect_ms = connect_ms
        self.first_wait_ms = first_wait_ms
        self.most_wait_ms = most_wait_ms
        self.window = window
        self.rx_bytes = rx_bytes
        self.tx_bytes = tx_bytes


def _check(name: str, value: int, low: int, high: int) -> None:
    if type(value) is not int or not low <= value <= high:
        raise ValueError(f"{name}: wants {low}..{high}")
