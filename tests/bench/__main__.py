"""Measures and prints:  python -m tests.bench [NAME ...]

Every bench_NAME.py beside this file has a `main()` that measures one thing and returns its rows,
each a dict from column to figure (units in the column's name). The first line of its docstring is
the title. Rows are printed as Markdown, ready for a README.
"""

import importlib
import platform
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

Row = Mapping[str, object]

NAMES = sorted(
    path.stem.removeprefix("bench_") for path in Path(__file__).parent.glob("bench_*.py")
)


def shown(value: object) -> str:
    """A figure as people write it: 12 345, 0.013, or the word itself."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "" if value is None else str(value)
    if isinstance(value, int) or abs(value) >= 1000:
        return f"{value:,.0f}".replace(",", " ")
    return f"{value:.3g}"


def table(rows: Sequence[Row]) -> str:
    """Rows as a Markdown table; figures to the right, words to the left."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    lines = [columns, *([shown(row.get(column)) for column in columns] for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(columns))]
    right = [all(isinstance(row.get(c), int | float | None) for row in rows) for c in columns]
    out = []
    for line in lines:
        cells = zip(line, widths, right, strict=True)
        out.append("| " + " | ".join(t.rjust(w) if r else t.ljust(w) for t, w, r in cells) + " |")
    rule = zip(widths, right, strict=True)
    out.insert(1, "|" + "|".join("-" * (w + 1) + (":" if r else "-") for w, r in rule) + "|")
    return "\n".join(out)


def main(wanted: Sequence[str]) -> int:
    """Run the benches named, or all of them; 1 when a name is unknown or a bench failed."""
    unknown = sorted(set(wanted) - set(NAMES))
    if unknown:
        print(f"no bench {', '.join(unknown)}; there are: {', '.join(NAMES) or 'none'}")
        return 1
    print(f"{platform.python_implementation()} {platform.python_version()}, {platform.machine()}")
    failed = []
    for name in wanted or NAMES:
        bench = importlib.import_module(f"tests.bench.bench_{name}")
        print(f"\n### {(bench.__doc__ or name).splitlines()[0]}  (bench {name})\n", flush=True)
        began = time.perf_counter()
        try:
            print(table(bench.main() or []))
        except Exception as error:
            failed.append(name)
            print(f"failed: {type(error).__name__}: {error}")
        print(f"\n{time.perf_counter() - began:.1f} s", flush=True)
    if failed:
        print(f"\nfailed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
