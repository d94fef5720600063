"""What waits to leave on a serial line: frames for the host and text for people, in turn."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_MOST_TEXT = 4_096  # bytes that may wait


class LineQueue:
    """window: frames that may wait.  An entry that has begun is always finished, so that a
    frame and a text never mix."""

    def __init__(self, window: int) -> None:
        self._window = window
        self._frames: list[tuple[bytes, int]] = []  # with their tokens, 0 for none
        self._texts: list[bytes] = []
        self._text_bytes = 0
        self._entry = b""  # on its way; _entry[_written:] is not out yet
        self._token = 0
        self._written = 0
        self._frame_next = False

    def frames(self) -> int:
        """Frames that have not begun to leave."""
        return len(self._frames)

    def add_frame(self, frame: bytes, token: int) -> bool:
        """False when the window is full."""
        if len(self._frames) >= self._window:
            return False
        self._frames.append((frame, token))
        return True

    def add_text(self, text: bytes) -> bool:
        """False when too much of it waits."""
        if self._text_bytes + len(text) > _MOST_TEXT:
            return False
        self._text_bytes += len(text)
        self._texts.append(text)
        return True

    def write(self, uart: "Any", frames_too: bool) -> int:
        """Give the UART what it takes now; the token of a frame that has left with it, or 0."""
        if not self._entry:
            self._choose(frames_too)
            if not self._entry:
                return 0
        self._written += uart.write(memoryview(self._entry)[self._written :]) or 0
        if self._written < len(self._entry):
            return 0
        self._entry = b""
        return self._token

    def _choose(self, frames_too: bool) -> None:
        """Text and frames take turns while both wait."""
        self._written = 0
        self._token = 0
        if frames_too and self._frames and (self._frame_next or not self._texts):
            self._frame_next = False
            self._entry, self._token = self._frames.pop(0)
        elif self._texts:
            self._frame_next = True
            self._entry = self._texts.pop(0)
            self._text_bytes -= len(self._entry)
