"""One page of what the benches measured: tables, and a histogram for each quantity.

Plain HTML with drawings in it; no script, no library, nothing to fetch.
"""

from html import escape
from typing import Any

WIDTH, HEIGHT, BARS = 420, 90, 40
STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem;
  color: #1c2430; background: #fff; }
table { border-collapse: collapse; margin: 1rem 0; }
th, td { padding: .25rem .75rem .25rem 0; text-align: right; border-bottom: 1px solid #dfe4ea; }
th:first-child, td:first-child { text-align: left; }
.bad { color: #b3261e; font-weight: 600; }
svg { display: block; margin: .5rem 0 1.5rem; }
figure { margin: 0; display: inline-block; margin-right: 2rem; vertical-align: top; }
figcaption { font-weight: 600; }
small { color: #5a6675; }
"""


def number(value: float) -> str:
    text = f"{value:,.3f}".rstrip("0").rstrip(".")
    return text.replace(",", "\u202f")


def limits(row: "dict[str, Any]") -> str:
    least, most = row["least"], row["most"]
    if least is not None and most is not None:
        return f"{number(least)} … {number(most)}"
    if most is not None:
        return f"≤ {number(most)}"
    return f"≥ {number(least)}" if least is not None else ""


def table(rows: "list[dict[str, Any]]") -> str:
    head = "<tr><th>quantity<th>unit<th>n<th>least<th>median<th>p99<th>most<th>limit<th></tr>"
    lines = []
    for row in rows:
        found = row["summary"]
        cells = [escape(row["name"]), escape(row["unit"]), str(found["n"])]
        cells += [number(found[key]) for key in ("least", "median", "p99", "most")]
        cells.append(limits(row))
        verdict = "✓" if row["good"] else '<span class="bad">✗</span>'
        cells.append(verdict if row["least"] is not None or row["most"] is not None else "")
        lines.append("<tr><td>" + "<td>".join(cells) + "</tr>")
    return "<table>" + head + "".join(lines) + "</table>"


def histogram(row: "dict[str, Any]") -> str:
    """The values' distribution, with its limits as lines where they are near."""
    values = row["values"]
    low, high = min(values), max(values)
    span = (high - low) or max(abs(high), 1) * 0.02
    for limit in (row["least"], row["most"]):
        if limit is not None and low - 3 * span <= limit <= high + 3 * span:
            low, high = min(low, limit), max(high, limit)
    span = (high - low) or span
    low, high = low - span * 0.05, high + span * 0.05
    counts = [0] * BARS
    for value in values:
        counts[min(BARS - 1, int((value - low) / (high - low) * BARS))] += 1
    tallest = max(counts)
    step = WIDTH / BARS
    drawn = []
    for place, count in enumerate(counts):
        if count:
            tall = max(2.0, count / tallest * (HEIGHT - 10))
            drawn.append(
                f'<rect x="{place * step:.1f}" y="{HEIGHT - tall:.1f}" width="{step - 1:.1f}" '
                f'height="{tall:.1f}" fill="#2f6fb0"/>'
            )
    for limit in (row["least"], row["most"]):
        if limit is not None and low <= limit <= high:
            x = (limit - low) / (high - low) * WIDTH
            drawn.append(
                f'<line x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{HEIGHT}" stroke="#b3261e" '
                f'stroke-dasharray="4 3"/>'
            )
    label = f'font-size="11" fill="#5a6675" y="{HEIGHT + 14}"'
    return (
        f"<figure><figcaption>{escape(row['name'])} <small>{escape(row['unit'])}</small>"
        f'</figcaption><svg role="img" width="{WIDTH}" height="{HEIGHT + 18}">'
        f"<title>{escape(row['name'])}: {len(values)} samples</title>{''.join(drawn)}"
        f'<line x1="0" x2="{WIDTH}" y1="{HEIGHT}" y2="{HEIGHT}" stroke="#8894a3"/>'
        f'<text x="0" {label}>{number(low)}</text>'
        f'<text x="{WIDTH}" text-anchor="end" {label}>{number(high)}</text></svg></figure>'
    )


def page(benches: "list[dict[str, Any]]") -> str:
    """benches: as figures.as_json() makes them."""
    parts = []
    for bench in benches:
        rows = [row for row in bench["figures"] if row["values"]]
        parts.append(f"<h2>{escape(bench['bench'])}</h2>{table(rows)}")
        parts += [histogram(row) for row in rows if len(set(row["values"])) > 1]
        notes = [row for row in rows if row["note"]]
        parts += [f"<p><small>{escape(r['name'])}: {escape(r['note'])}</small></p>" for r in notes]
        codes = sorted(bench["codes"].items())
        told = ", ".join(f"{escape(code)} ({count})" for code, count in codes)
        parts.append(f"<p>Fault codes told with the right sentence: {told or 'none'}.</p>")
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Measured</title>'
        f"<style>{STYLE}</style><h1>What the benches measured</h1>"
        "<p>Times are from the cause at the rig to the contactor's command.</p>"
        f"{''.join(parts)}</html>\n"
    )
