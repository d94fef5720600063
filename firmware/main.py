"""The station: board, firmware, for ever.  Reading starts at evse/app/controller.py."""

import gc

import board

from boards.assembly import make_station
from boards.links import add_links
from evse.app.run import run, stays_in_service

hardware = board.Board()
if not stays_in_service(hardware):
    station = make_station(hardware)
    add_links(hardware, station)
    gc.collect()
    gc.threshold(gc.mem_free() // 4)  # type: ignore[attr-defined]
    run(hardware, station)
