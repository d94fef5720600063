"""What the link takes of a board's heap: measured on MicroPython, where it counts."""

from tests.link.interpreters import run


def test_the_link_keeps_to_its_heap() -> None:
    """The unix port has 64 bits: a board needs about two thirds of the link's own figure (the
    buffers do not shrink), and half of what is garbage."""
    lines = run("micropython", "memory.py")
    found = {name: int(value) for name, value in (line.split() for line in lines)}
    assert found["idle-poll"] == 0
    assert found["growth-under-attack"] <= 0
    assert found["link"] <= 6_500
    assert found["receive"] <= 700
    assert found["send-and-acknowledge"] <= 400
