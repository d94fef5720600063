"""What the agent tells beside the protocol: alerts, Home Assistant.  Wiring and nothing else."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from .alerts import bell
from .announcer import Announcer, Speaker
from .home_assistant import HomeAssistant
from .postgres.pulse import Pulse

if TYPE_CHECKING:
    from .process import Agent


class Outlets:
    """Those that are configured.  Raises AddressError."""

    def __init__(self, agent: "Agent", clock_ms: Callable[[], int]) -> None:
        config = agent.config
        alerts, homes = config.alerts, config.homeassistant
        self.home: HomeAssistant | None = None
        self.announcer: Announcer | None = None
        self.bell: bell.Bell | None = None
        speakers: list[Speaker] = []
        if config.upstream.host and homes.enabled:
            self.home = HomeAssistant(homes, agent.stations, agent.command)
            speakers.append(self.home)
        if config.upstream.host and (speakers or alerts.mqtt_topic):
            if config.postgres.enabled:
                speakers.append(Pulse(homes.topic))
            self.announcer = Announcer(config.upstream, homes.topic, speakers)
        if alerts.mqtt_topic or alerts.urls_file:
            self.bell = bell.make(agent, alerts, self._publish, clock_ms)

    def start(self) -> None:
        for each in (self.announcer, self.bell):
            if each is not None:
                each.start()

    def stop(self) -> None:
        if self.bell is not None:
            self.bell.stop()
        if self.announcer is not None:
            self.announcer.stop()
            if self.announcer.ident is not None:
                self.announcer.join(5)
        if self.home is not None:
            self.home.stop()

    def _publish(self, topic: str, payload: bytes) -> bool:
        return self.announcer is not None and self.announcer.say(topic, payload)
