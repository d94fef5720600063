"""What holds in the virtual world whatever the station and the people do."""

from hypothesis import given, settings
from hypothesis import strategies as st

from boards.virtual import profiles
from boards.virtual.vehicle import allowed_ma
from tests.virtual.scene import TICK_MS, Scene

FOLLOW_MS = 5_000
ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("offer"), st.sampled_from([50_000, 100_000, 166_666, 266_666, 892_000])),
        st.tuples(st.sampled_from(["x1", "f", "close", "open", "unplug", "short", "cut", "mend"])),
        st.tuples(st.just("plug"), st.integers(0, len(profiles.GOOD) - 1)),
        st.tuples(st.just("run"), st.sampled_from([10, 100, 1_000, 4_000, 12_000])),
    ),
    max_size=14,
)


def act(scene: Scene, action: tuple) -> int:
    """Do it; how long to let time pass then, in ms."""
    verb = action[0]
    if verb == "run":
        return action[1]
    if verb == "plug":
        scene.bay.plug(profiles.GOOD[action[1]])
    elif verb == "unplug":
        scene.bay.unplug()
    elif verb in ("short", "cut", "mend"):
        getattr(scene.bay.circuit, verb)()
    else:
        getattr(scene, verb)(*action[1:])
    return TICK_MS


@settings(max_examples=60)
@given(ACTIONS)
def test_no_current_without_power_and_never_more_than_the_offers_of_the_last_5_s(
    actions: list[tuple],
) -> None:
    scene = Scene(profiles.PLAIN)
    heard: list[int] = []
    for action in [("offer", 266_666), ("close",), ("run", 6_000), *actions]:
        for _ in range(act(scene, action) // TICK_MS):
            scene.tick()
            heard.append(allowed_ma(scene.bay.circuit.heard_ppm))
            most_ma = max(heard[-FOLLOW_MS // TICK_MS :])
            current_ma = max(scene.vehicle.current_ma)
            assert min(scene.vehicle.current_ma) >= 0
            assert current_ma <= most_ma
            if not (scene.bay.contactor.closed and scene.vehicle.plugged):
                assert current_ma == 0
                assert scene.vehicle.power_w == 0


@settings(max_examples=40)
@given(ACTIONS, st.integers(0, 3))
def test_the_meter_and_the_battery_agree_about_what_flowed(
    actions: list[tuple], kind: int
) -> None:
    scene = Scene(profiles.GOOD[kind])
    battery = scene.vehicle.battery
    start_wh = battery.level_wh
    scene.offer(266_666)
    scene.close()
    for action in actions:
        if action[0] not in ("plug", "unplug"):
            scene.run(act(scene, action))
    scene.run(30_000)
    assert abs(scene.bay.meter.import_wh - (battery.level_wh - start_wh)) <= 2
