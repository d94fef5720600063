"""A card's hash, and a charge that a card starts and stops, through the driver and the list."""

import json

from boards.assembly import make_station
from boards.virtual.board import Board, MemoryStore
from boards.virtual.profiles import PLAIN
from evse.core.reason import NAMES
from protocol.card import name_of, parse

CARD = "04:A1:B2:C3:D4:E5:F6"


def run(board, station, ms):
    for _ in range(ms // 10):
        now_ms = board.step(10)
        station.tick(now_ms)
        station.poll(now_ms)


def tell(station):
    controller = station.controllers[0]
    print(NAMES[controller.why()], controller.pilot.contactor, controller.charge.user)


def main():
    for key in (b"", b"key", b"k" * 100):
        for written in ("9f3ab01c", CARD, "00112233445566778899"):
            print(name_of(key, parse(written)))
    for wrong in ("", "9f3a", "9f3ab01", "nonsense", "9f3ab01c9f3ab01c"):
        try:
            parse(wrong)
        except ValueError as error:
            print(error)
    store = MemoryStore()
    settings = {"station": "st-1", "meter": "sdm630", "authorisation": 1, "reader": "pn532"}
    store.save("config", json.dumps(settings).encode())
    store.save("card-key", b"key")
    board = Board(store, seed=3, start_ms=(1 << 30) - 10_000)  # the clock wraps on the way
    station = make_station(board)
    cards = station.cards
    print(cards.allow(name_of(b"key", parse(CARD))), cards.allow("z" * 32), len(cards.cards))
    board.world.bays[0].plug(PLAIN, 300)
    run(board, station, 5_000)
    tell(station)
    for card in ("9f3ab01c", CARD, CARD):
        board.reader.show(parse(card), 800)
        run(board, station, 20_000)
        tell(station)
    board.reader.deaf = True
    run(board, station, 8_000)
    tell(station)
    print(cards.forbid(cards.refused), [entry[2] for entry in station.post.log])


main()
