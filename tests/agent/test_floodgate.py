from agent.floodgate import BURST_S, RECORDS, Floodgate


def test_a_station_that_goes_wild_is_limited_and_the_others_are_not() -> None:
    gate = Floodgate(10)
    let = sum(gate.lets("st-1", 0) for _ in range(5_000))
    assert let == 10 * BURST_S
    assert gate.dropped == {"st-1": 5_000 - let}
    assert gate.lets("st-2", 0)


def test_what_comes_at_the_allowed_pace_always_passes() -> None:
    gate = Floodgate(10)
    assert all(gate.lets("st-1", step * 100) for step in range(10_000))


def test_telemetry_never_closes_the_gate_for_records() -> None:
    gate = Floodgate(10)
    while gate.lets("st-1", 0):
        pass
    let = sum(gate.lets("st-1", 0, is_record=True) for _ in range(5_000))
    assert let == 10 * BURST_S * RECORDS


def test_after_a_flood_the_station_is_heard_again() -> None:
    gate = Floodgate(10)
    while gate.lets("st-1", 0):
        pass
    assert not gate.lets("st-1", 50)
    assert gate.lets("st-1", 150)
