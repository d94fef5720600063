"""What a backend team reads is what the message classes say."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from protocol import asyncapi, docs, frame, messages, strict_json, topics
from tests.needs import ROOT, need, need_npm
from tests.protocol.samples import MESSAGES

README = (ROOT / "protocol/README.md").read_text()
ASYNCAPI = ROOT / "protocol/asyncapi.json"


def test_the_documents_are_up_to_date() -> None:
    for path, text in docs.documents().items():
        assert path.read_text() == text, f"{path.name}: python -m protocol.docs"


def test_a_document_out_of_date_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "README.md").write_text(README.replace("80000", "90000"))
    monkeypatch.setattr(docs, "HERE", tmp_path)
    assert docs.main(["--check"]) == 1
    said = capsys.readouterr().out
    assert "protocol/README.md is out of date" in said
    assert "protocol/asyncapi.json is out of date" in said
    assert docs.main([]) == 0
    assert (tmp_path / "README.md").read_text() == README
    assert docs.main(["--check"]) == 0


def test_a_field_without_a_word_about_it_is_named(tmp_path: Path) -> None:
    path = tmp_path / "messages.py"
    path.write_text("class Birth:\n    boot_id: int  # which\n    seq: int\n")
    source = docs.Source(path)
    assert source.comment("Birth", "boot_id") == "which"
    with pytest.raises(SystemExit, match=r"Birth.seq has no comment"):
        source.comment("Birth", "seq")


def test_every_topic_and_message_is_on_the_page() -> None:
    for cls in MESSAGES:
        assert f"### {cls.KIND}\n" in README
        assert f"| `{asyncapi.address(cls)}` |" in README


def test_every_link_on_the_page_leads_somewhere() -> None:
    headings = re.findall(r"^#+ (.*)$", README, re.MULTILINE)
    anchors = [docs.anchor(heading) for heading in headings]
    assert len(set(anchors)) == len(anchors)
    for link in re.findall(r"\]\(([^)]*)\)", README):
        assert link in anchors or (docs.HERE / link).is_file(), link


def test_every_unit_on_the_page_is_the_names() -> None:
    assert "| `offer_ma` | 0..80000 mA |" in README
    assert "| `frequency_mhz` | 0..100000 mHz |" in README
    assert "| `register_wh` | 0..2^30-1 Wh |" in README
    assert "| `voltage_mv` | list of 1..3: 0..600000 mV |" in README
    assert "| `seq` | 1..2^30-1 |" in README


def test_the_frame_on_the_page_checks() -> None:
    line = re.search(r"^line {4}(.*)$", README, re.MULTILINE)
    assert line is not None
    found = frame.unpack(line[1].encode())
    assert found is not None
    assert topics.split(found[0]) == ("yard-07", False, 1, "set-limit")
    assert messages.SetLimit.decode(found[1]).limit_ma == 10_000


def test_the_bounds_in_the_sentences_are_the_readers() -> None:
    assert f"nested deeper than {strict_json.DEPTH}," in README
    assert f"more than {strict_json.VALUES} values" in README


def test_every_payload_on_the_page_is_a_message() -> None:
    shown = re.findall(r"^(evse/1/yard-07/\S+)\n(\{.*\})$", README, re.MULTILINE)
    assert len(shown) > len(MESSAGES)
    for name, payload in shown:
        _, up, _, kind = topics.split(name)
        cls = messages.find(up, kind)
        assert cls is not None
        assert cls.decode(payload.encode()).encode() == payload.encode()


def test_the_official_parser_finds_nothing_wrong() -> None:
    need_npm("tests/tools")
    command = [need("node"), "tests/tools/asyncapi.mjs", str(ASYNCAPI)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_message_is_one_operation_seen_from_the_board() -> None:
    document = json.loads(ASYNCAPI.read_text())
    assert {name: body["action"] for name, body in document["operations"].items()} == {
        f"{'send' if cls.UP else 'receive'}-{cls.KIND}": "send" if cls.UP else "receive"
        for cls in MESSAGES
    }
    answered = {name for name, body in document["operations"].items() if "reply" in body}
    assert {name for name in document["operations"] if name.startswith("receive-")} - answered == {
        "receive-hello",
        "receive-receipt",
    }
