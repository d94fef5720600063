"""Blobs that survive a power cut at every byte of a write, and flash that rots."""

import binascii

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evse.drivers import flash_store
from evse.drivers.flash_store import FlashStore, unpack


def store_in(folder) -> FlashStore:
    return FlashStore(str(folder / "data"))


def files_of(folder) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "data").iterdir()}


def put_back(folder, files: dict[str, bytes]) -> None:
    for path in (folder / "data").iterdir():
        path.unlink()
    for name, content in files.items():
        (folder / "data" / name).write_bytes(content)


def test_what_was_saved_is_loaded(tmp_path) -> None:
    store_in(tmp_path).save("config", b'{"station":"st-1"}')
    assert store_in(tmp_path).load("config") == b'{"station":"st-1"}'


def test_what_was_never_saved_is_none(tmp_path) -> None:
    assert store_in(tmp_path).load("config") is None


def test_an_empty_blob_is_a_blob(tmp_path) -> None:
    store = store_in(tmp_path)
    store.save("records", b"")
    assert store.load("records") == b""


def test_names_are_apart(tmp_path) -> None:
    store = store_in(tmp_path)
    store.save("a", b"first")
    store.save("b", b"second")
    assert (store.load("a"), store.load("b")) == (b"first", b"second")


@pytest.mark.parametrize("name", ["../secret", "a/b", "A", "a.b", "näme"])
def test_a_name_cannot_lead_out_of_the_folder(tmp_path, name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        store_in(tmp_path).save(name, b"x")


def test_a_hundred_saves_leave_the_last(tmp_path) -> None:
    store = store_in(tmp_path)
    for number in range(100):
        store.save("count", b"%d" % number)
        assert store_in(tmp_path).load("count") == b"%d" % number


def test_saving_the_same_again_writes_nothing(tmp_path) -> None:
    store = store_in(tmp_path)
    store.save("config", b"same")
    before = files_of(tmp_path)
    store.save("config", b"same")
    assert files_of(tmp_path) == before


@pytest.mark.parametrize("saves", [1, 2, 3])
def test_a_power_cut_at_every_byte_of_a_save_leaves_the_old_blob_or_the_new(
    tmp_path, saves: int
) -> None:
    store = store_in(tmp_path)
    for number in range(saves):
        store.save("config", b"old blob %d" % number)
    old = b"old blob %d" % (saves - 1)
    before = files_of(tmp_path)
    store.save("config", b"the new blob, longer")
    after = files_of(tmp_path)
    (written,) = [name for name in after if after[name] != before.get(name)]
    for cut in range(len(after[written]) + 1):
        put_back(tmp_path, {**before, written: after[written][:cut]})
        expected = b"the new blob, longer" if cut == len(after[written]) else old
        assert store_in(tmp_path).load("config") == expected, cut


def test_a_power_cut_that_leaves_the_old_length_is_seen_too(tmp_path) -> None:
    """A medium that overwrites in place: new bytes in front, old ones behind."""
    store = store_in(tmp_path)
    for blob in (b"blob 0", b"blob 1"):
        store.save("config", blob)
    before = files_of(tmp_path)
    store.save("config", b"blob 2")
    after = files_of(tmp_path)
    (written,) = [name for name in after if after[name] != before[name]]
    for cut in range(len(after[written])):
        torn = after[written][:cut] + before[written][cut:]
        put_back(tmp_path, {**before, written: torn})
        found = store_in(tmp_path).load("config")
        assert found == (b"blob 2" if torn == after[written] else b"blob 1"), cut


def test_after_a_cut_the_next_save_still_spares_the_good_copy(tmp_path) -> None:
    store = store_in(tmp_path)
    store.save("config", b"one")
    store.save("config", b"two")
    after = files_of(tmp_path)
    for name in after:
        put_back(tmp_path, {**after, name: after[name][:9]})
        survivor = store_in(tmp_path).load("config")
        good = {n: c for n, c in files_of(tmp_path).items() if unpack(c) is not None}
        store_in(tmp_path).save("config", b"three")
        assert store_in(tmp_path).load("config") == b"three"
        for kept, content in good.items():
            assert files_of(tmp_path)[kept] == content
        assert survivor in (b"one", b"two")


@settings(max_examples=100)
@given(st.data())
def test_no_flipped_bit_is_ever_loaded(tmp_path_factory, data) -> None:
    folder = tmp_path_factory.mktemp("rot")
    store = store_in(folder)
    store.save("config", b"before")
    store.save("config", b"after")
    files = files_of(folder)
    name = data.draw(st.sampled_from(sorted(files)))
    at = data.draw(st.integers(0, len(files[name]) - 1))
    rotten = bytearray(files[name])
    rotten[at] ^= 1 << data.draw(st.integers(0, 7))
    put_back(folder, {**files, name: bytes(rotten)})
    survivor = next(other for other in files if other != name)
    assert store_in(folder).load("config") == unpack(files[survivor])[1]


@given(st.binary(max_size=60))
def test_no_bytes_whatever_break_the_reading(record: bytes) -> None:
    unpack(record)


def test_a_file_of_another_format_is_not_a_blob_though_its_check_fits(tmp_path) -> None:
    store_in(tmp_path).save("config", b"x")
    ours = files_of(tmp_path)["config.a"]
    assert unpack(ours) == (0, b"x")
    other = b"BS2" + ours[3:-4]
    assert unpack(other + binascii.crc32(other).to_bytes(4, "big")) is None


def test_two_rotten_copies_are_no_blob(tmp_path) -> None:
    store = store_in(tmp_path)
    store.save("config", b"one")
    store.save("config", b"two")
    put_back(tmp_path, dict.fromkeys(files_of(tmp_path), b"BS1"))
    assert store_in(tmp_path).load("config") is None
    store_in(tmp_path).save("config", b"fresh")
    assert store_in(tmp_path).load("config") == b"fresh"


def test_generations_wrap(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(flash_store, "_PERIOD", 8)
    store = store_in(tmp_path)
    for number in range(40):
        store.save("config", b"%d" % number)
        assert store.load("config") == b"%d" % number


def test_flash_that_does_not_keep_what_is_written_is_an_error(tmp_path, monkeypatch) -> None:
    store = store_in(tmp_path)
    store.save("config", b"good")
    real = flash_store._read

    def rotten(path: str) -> bytes:
        return real(path)[:-1] if path.endswith(".b") else real(path)

    monkeypatch.setattr(flash_store, "_read", rotten)
    with pytest.raises(OSError, match="config"):
        store.save("config", b"new")
    assert store.load("config") == b"good"


def test_a_folder_is_made_with_those_above_it(tmp_path) -> None:
    FlashStore(str(tmp_path / "a" / "b" / "data")).save("config", b"deep")
    assert FlashStore(str(tmp_path / "a" / "b" / "data")).load("config") == b"deep"


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(NotADirectoryError):
        FlashStore(str(tmp_path / "file" / "data"))
