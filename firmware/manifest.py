"""What a MicroPython build freezes: the firmware of one board.

    make -C ports/rp2 BOARD=RPI_PICO_W FROZEN_MANIFEST=<here>/manifest.py

or, for another board file, a manifest of one's own:

    include("<here>/manifest.py", board="esp32_devkit")

The port needs machine code for its chip: MPY_CROSS_FLAGS=-march=armv6m (ESP32: xtensawin).
"""
# ruff: noqa: F821  a manifest's own words
# pyright: reportUndefinedVariable=false

options.defaults(board="rp2_pico_w")
include("$(PORT_DIR)/boards/manifest.py")
package("evse")
package(
    "boards",
    files=(
        "__init__.py",
        "assembly.py",
        "check.py",
        "chip_board.py",
        "chips.py",
        "edges.py",
        "flash.py",
        "links.py",
        "native.py",
        "readers.py",
        "socket.py",
        "stdio.py",
        "ticker.py",
    )
    + (("pico.py",) if options.board.startswith("rp2_pico") else ()),
)
package(
    "protocol",
    files=(
        "__init__.py",
        "card.py",
        "codes.py",
        "fields.py",
        "frame.py",
        "kinds.py",
        "message.py",
        "messages.py",
        "orders.py",
        "reports.py",
        "strict_json.py",
        "topics.py",
        "words/__init__.py",
        "words/ar.py",
        "words/ar_faults.py",
        "words/en.py",
        "words/en_faults.py",
        "words/fr.py",
        "words/fr_faults.py",
    ),
    base_path="..",
)
module("board.py", base_path="boards/" + options.board)
module("boot.py")
module("main.py")
