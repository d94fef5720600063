"""The main loop of a real board, and the way out of it that is always safe."""

from evse.app.boots import keep_reason
from evse.core.units import elapsed_ms

TICK_MS = 10
SERVICE = "service"  # a stored word: come up without the firmware, for mpremote


def stays_in_service(board) -> bool:
    """Whether somebody asked for a board without firmware; asked once, it lasts one boot."""
    if board.store.load(SERVICE) != b"1":
        return False
    board.store.save(SERVICE, b"0")
    board.console.write(b"service: the firmware is not running; reset to start it\r\n")
    return True


def run(board, station) -> None:
    """For ever.  Any error ends here: contactors opened first, then a reset."""
    try:
        _loop(board, station)
    except BaseException as error:
        station.halt()  # a tick from a timer would close what is opened here
        for controller in station.controllers:
            controller.make_safe()
        try:
            keep_reason(board.store, "exception", type(error).__name__)
        except Exception:
            pass  # the reset matters more than why it came
        board.reset()
        raise


def _loop(board, station) -> None:
    by_timer = board.start_tick(station.tick)
    ticked_ms = board.ticks_ms()
    while True:
        now_ms = board.ticks_ms()
        if not by_timer and elapsed_ms(now_ms, ticked_ms) >= TICK_MS:
            ticked_ms = now_ms
            station.tick(now_ms)
        station.poll(now_ms)
        if station.reboot_asked and not station.is_energised():
            keep_reason(board.store, "command")
            board.reset()
        board.idle()
