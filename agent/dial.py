"""A socket to a broker, with TLS where the configuration asks for it."""

import socket
import ssl
from typing import TYPE_CHECKING

from .wire import CONNECT_TIMEOUT_S

if TYPE_CHECKING:
    from .config import Mqtt


def dial(config: "Mqtt") -> socket.socket:
    """Connected, and never waiting from here on.  Raises OSError, ssl.SSLError."""
    sock = socket.create_connection((config.host, config.port), CONNECT_TIMEOUT_S)
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if config.ca_file:
            sock = _context(config).wrap_socket(sock, server_hostname=config.host)
        sock.setblocking(False)
    except BaseException:
        sock.close()
        raise
    return sock


def _context(config: "Mqtt") -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=config.ca_file)
    if config.cert_file:
        context.load_cert_chain(config.cert_file, config.key_file or None)
    return context
