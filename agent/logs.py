"""How the agent logs: one line each, for people or as JSON, never with control characters."""

import json
import logging
import sys
import time

from .intake import plain


class Lines(logging.Formatter):
    """time level part: message"""

    def format(self, record: logging.LogRecord) -> str:
        stamp = time.strftime("%H:%M:%S", time.localtime(record.created))
        said = plain(record.getMessage(), 1_000)
        text = f"{stamp} {record.levelname.lower():7} {record.name.removeprefix('borne.')}: {said}"
        if record.exc_info:
            text += "\n" + self.formatException(record.exc_info)
        return text


class Json(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "at_ms": int(record.created * 1000),
            "level": record.levelname.lower(),
            "part": record.name.removeprefix("borne."),
            "message": plain(record.getMessage(), 1_000),
        }
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry)


def start(form: str, level: str) -> None:
    """Log to standard error.  form: text or json."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Json() if form == "json" else Lines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for noisy in ("uvicorn", "litestar", "httpx", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
