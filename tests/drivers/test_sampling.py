"""Each board's burst is as long as its converter needs."""

import json

from hypothesis import given
from hypothesis import strategies as st

from boards.assembly import make_station
from boards.virtual.adc import PilotSampler, counts_of
from boards.virtual.board import Board, MemoryStore
from boards.virtual.circuit import PilotCircuit
from boards.virtual.profiles import PLAIN
from evse.drivers.pilot_adc import PilotAdc

ESP32_SAMPLES = 96


def test_a_socket_says_how_many_samples_its_converter_needs() -> None:
    store = MemoryStore()
    store.save("config", json.dumps({"station": "st-1"}).encode())
    board = Board(store)
    socket = board.connectors[0]
    sampler = PilotSampler(board.world.bays[0].circuit, gated=False)
    lengths = set()

    def burst(buf) -> None:
        lengths.add(len(buf))
        sampler.burst(buf)

    socket.pilot_burst = burst
    socket.samples = ESP32_SAMPLES
    station = make_station(board)
    board.world.bays[0].plug(PLAIN, 300)
    for _ in range(2_000):
        now_ms = board.step(10)
        station.tick(now_ms)
        station.poll(now_ms)
    assert lengths == {ESP32_SAMPLES}
    assert station.controllers[0].pilot.contactor


@given(st.sampled_from([100_000, 266_666, 850_000, 892_000]), st.integers(0, 999))
def test_a_converter_of_20_to_45_us_reads_every_offer_from_6_to_63_ampere(
    duty_ppm: int, start_us: int
) -> None:
    """What an ESP32's converter gives: slow, and at no fixed place in the period."""
    circuit = PilotCircuit()
    circuit.plug(882)
    circuit.drive(duty_ppm)
    sampler = PilotSampler(circuit)
    for pitch_us in (20, 25, 33, 40, 45):

        def burst(buf, pitch_us: int = pitch_us) -> None:
            for index in range(len(buf)):
                buf[index] = counts_of(sampler.mv_at((start_us + index * pitch_us) % 1_000))

        adc = PilotAdc(burst, samples=ESP32_SAMPLES)
        assert adc.sample(duty_ppm)
        assert abs(adc.high_mv - circuit.high_mv) <= 300
        assert abs(adc.low_mv - circuit.low_mv) <= 300
