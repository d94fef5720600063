"""A TCP proxy that treats the bytes between two programs as networks do."""

import asyncio
import contextlib
import threading

from agent.children import free_port

_READ = 65_536


class Proxy:
    """Listens on port and passes everything on to target, in a thread of its own.

    delay_s: before each piece.  piece: most bytes at once, 0 for no bound.  holding: the
    connections stand and nothing passes, as behind a router that forgot them.
    """

    def __init__(self, target: int) -> None:
        self.port = free_port()
        self.delay_s = 0.0
        self.piece = 0
        self.holding = False
        self._target = target
        self._ends: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._server: asyncio.Server | None = None

    def start(self) -> None:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def cut(self) -> None:
        """Reset every connection there is; new ones are taken."""
        self._loop.call_soon_threadsafe(self._abort)

    def heal(self) -> None:
        """Pass everything again.  What was held is lost with its connection."""
        if self.holding:
            self.cut()
        self.delay_s, self.piece, self.holding = 0.0, 0, False

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._taken, "127.0.0.1", self.port)

    async def _end(self) -> None:
        if self._server is not None:
            self._server.close()
        self._abort()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _abort(self) -> None:
        for end in self._ends:
            end.transport.abort()

    async def _taken(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._ends.add(writer)
        with contextlib.suppress(OSError):
            far_reader, far = await asyncio.open_connection("127.0.0.1", self._target)
            self._ends.add(far)
            await asyncio.gather(self._pump(reader, far), self._pump(far_reader, writer))
            self._ends.discard(far)
            far.transport.abort()
        writer.transport.abort()
        self._ends.discard(writer)
        self._tasks.discard(task)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(self.piece or _READ):
                if self.delay_s:
                    await asyncio.sleep(self.delay_s)
                while self.holding and not writer.is_closing():
                    await asyncio.sleep(0.02)
                writer.write(data)
                await writer.drain()
        writer.transport.abort()
