"""Checks of this machine: folder, disk, clock, ports, serial lines, files with secrets."""

import glob
import os
import shutil
import socket
import stat
import statistics
import time
from pathlib import Path
from typing import TYPE_CHECKING

from ..alerts.channels import AddressError, Addresses
from ..history.month import MonthError, zone
from ..moment import board_time_s
from ..running import find
from . import Finding, failed, passed, skipped

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..config import Config, Web

_MIB = 1 << 20
_SYNCS = 30
_SLOW_MS = 50
_ANYWHERE = ("0.0.0.0", "::", "")


def host(config: "Config", folder: Path) -> list[Finding]:
    """Every check of the machine, for an agent with this configuration and state folder."""
    found = [_folder(folder)]
    if found[0].verdict == "PASS":
        found += [_room(config, folder), _sync(folder)]
    found += [_clock(board_time_s), _port(config.web, folder), _names(config.web)]
    found += _secrets(config)
    found += [_line(each.port) for each in config.serial]
    found += _tellers(config)
    return found


def _folder(folder: Path) -> Finding:
    what = "state folder"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = folder / "doctor.probe"
        probe.write_bytes(b"x")
        probe.unlink()
    except OSError as error:
        remedy = f"give this user the folder: chown {_user()} {folder}"
        return failed(what, f"{folder} cannot be written: {error.strerror}", remedy)
    if folder.stat().st_mode & 0o077:
        return failed(what, f"{folder} is open to other users", f"chmod 700 {folder}")
    return passed(what, str(folder))


def _room(config: "Config", folder: Path) -> Finding:
    store = config.store
    wanted = (store.telemetry_mib + store.record_mib + store.reserve_mib) * _MIB
    free = shutil.disk_usage(folder).free
    detail = f"{free // _MIB} MiB free, the outbox may need {wanted // _MIB} MiB"
    if free < wanted:
        return failed("disk space", detail, "free some, or lower store.telemetry_mib")
    return passed("disk space", detail)


def _sync(folder: Path) -> Finding:
    """How long a commit takes: a message is acknowledged after one."""
    path = folder / "doctor.probe"
    times_ms = []
    try:
        with path.open("wb") as file:
            for _ in range(_SYNCS):
                began_s = time.perf_counter()
                file.write(b"x" * 4_096)
                file.flush()
                os.fsync(file.fileno())
                times_ms.append((time.perf_counter() - began_s) * 1_000)
    finally:
        path.unlink(missing_ok=True)
    typical_ms = statistics.median(times_ms)
    detail = f"{typical_ms:.1f} ms typical, {max(times_ms):.1f} ms longest"
    if typical_ms > _SLOW_MS:
        return failed("disk speed", detail, "put the state folder on a faster disk or card")
    return passed("disk speed", detail)


def _clock(board_time: "Callable[[], int]") -> Finding:
    now = time.strftime("%Y-%m-%d %H:%M:%S %Z")
    if board_time() == 0:
        remedy = "set the clock: timedatectl set-ntp true, or fit a clock with a battery"
        return failed("clock", f"it says {now}, which cannot be", remedy)
    return passed("clock", now)


def _port(web: "Web", folder: Path) -> Finding:
    what = f"port {web.port}"
    if web.port == 0:
        return passed(what, "any free one")
    try:
        socket.create_server((web.host, web.port)).close()
    except OSError as error:
        running = find(folder)
        if running is not None and running.url.endswith(f":{web.port}"):
            return passed(what, "this agent runs and has it")
        detail = f"the page cannot listen on {web.host}:{web.port}: {error.strerror}"
        return failed(what, detail, "stop what has it, or choose another web.port")
    return passed(what, "free")


def _names(web: "Web") -> Finding:
    what = "page"
    if web.reading == "open" and web.host not in ("127.0.0.1", "localhost", "::1"):
        detail = f"web.host is {web.host} and everybody may look"
        return failed(what, detail, "set web.reading to token")
    if web.host in _ANYWHERE and not web.allowed_hosts:
        detail = "it listens everywhere but answers to no name of this machine"
        return failed(what, detail, "add the names people type to web.allowed_hosts")
    return passed(what, f"http://{web.host}:{web.port}")


def _secrets(config: "Config") -> list[Finding]:
    paths = {
        "site.password_file": config.site.password_file,
        "site.key_file": config.site.key_file,
        "upstream.password_file": config.upstream.password_file,
        "upstream.key_file": config.upstream.key_file,
        "alerts.urls_file": config.alerts.urls_file,
        "postgres.password_file": config.postgres.password_file,
    }
    return [_secret(what, Path(path)) for what, path in paths.items() if path]


def _secret(what: str, path: Path) -> Finding:
    try:
        mode = path.stat().st_mode
        path.read_bytes()
    except OSError as error:
        remedy = f"create it, readable by {_user()} alone"
        return failed(what, f"{path} cannot be read: {error.strerror}", remedy)
    if mode & 0o077:
        return failed(what, f"{path} is open to other users", f"chmod 600 {path}")
    return passed(what, str(path))


def _line(port: str) -> Finding:
    what = f"serial {port}"
    if "://" in port:
        return skipped(what, "is no device of this machine")
    try:
        told = os.stat(port)
    except OSError as error:
        there = ", ".join(sorted(glob.glob("/dev/serial/by-id/*"))) or "none"
        return failed(what, error.strerror or "", f"plug the board in; lines here: {there}")
    if not stat.S_ISCHR(told.st_mode):
        return failed(what, "is no serial line", "name a device such as /dev/ttyACM0")
    if not os.access(port, os.R_OK | os.W_OK):
        remedy = f"usermod --append --groups dialout {_user()}, then log in again"
        return failed(what, f"{_user()} may not use it", remedy)
    return passed(what, "may be used")


def _tellers(config: "Config") -> list[Finding]:
    """Time zone, alerts, Home Assistant: what only shows once it is needed."""
    found = []
    try:
        zone(config.history.timezone)
    except MonthError as error:
        found.append(failed("history.timezone", str(error), "name one of the tz database"))
    if config.alerts.urls_file:
        try:
            Addresses(config.alerts.urls_file, "en").stop()
            found.append(passed("alerts", "every address is understood"))
        except AddressError as error:
            found.append(failed("alerts", str(error), "write one Apprise address a line"))
    if not config.upstream.host and (config.homeassistant.enabled or config.alerts.mqtt_topic):
        detail = "Home Assistant and alerts by MQTT need a broker, and upstream.host is empty"
        found.append(failed("upstream", detail, "name the broker in upstream.host"))
    return found


def _user() -> str:
    return os.environ.get("USER") or str(os.getuid())
