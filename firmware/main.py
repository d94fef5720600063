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
    gc.threshold(-1)  # from now on only when full: frames of calls count too, though freed at once
    run(hardware, station)
