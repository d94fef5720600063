"""Bytes of compiled code, by layer, as `make flash` copies it to a Pico

Without line numbers (-O3).  Words are loaded where somebody asks for a language; a meter's driver
where the settings choose it.
"""

from collections import Counter

from tests.whole.image import files


def main() -> list[dict[str, object]]:
    """One row a layer, and their sum."""
    sizes: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    for name, data in files().items():
        if name.endswith(".mpy"):
            folder = name.rpartition("/")[0]
            sizes[folder] += len(data)
            counts[folder] += 1
    rows: list[dict[str, object]] = [
        {"layer": f"{folder}/", "files": counts[folder], ".mpy bytes": sizes[folder]}
        for folder in sorted(sizes)
    ]
    rows.append({"layer": "all", "files": counts.total(), ".mpy bytes": sizes.total()})
    return rows
