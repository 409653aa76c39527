"""The plot of docs/stores.md, as SVG: what a store costs by the number of calls in it. Both axes are logarithmic."""

import math

from benches.performance.plot import STYLE

WIDTH, HEIGHT, LEFT, TOP, BOTTOM, PANEL, GAP = 940, 320, 56, 54, 62, 240, 64
PANELS = [("append", "append, ms"), ("open", "open, ms"), ("next", "next deadline, ms")]
CLASSES = ["one", "two", "three"]
THIRD = """    .three { stroke: #1a7f37; fill: none; stroke-width: 2; stroke-dasharray: 2 4 } .dot-three { fill: #1a7f37 }
    @media (prefers-color-scheme: dark) { .three { stroke: #3fb950 } .dot-three { fill: #3fb950 } }
"""


def drawn(points):
    """The plot of (store, calls, figures)."""
    stores = list(dict.fromkeys(store for store, _, _ in points))
    label = "append, open and next deadline, by the number of calls kept, for each store"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img" aria-label="{label}">',
        f"  <style>{STYLE}{THIRD}  </style>",
        f'  <rect class="page" width="{WIDTH}" height="{HEIGHT}"/>',
    ]
    for at, (name, title) in enumerate(PANELS):
        parts += panel(LEFT + at * (PANEL + GAP), name, title, stores, points)
    for at, (store, kind) in enumerate(zip(stores, CLASSES)):
        x, y = LEFT + 130 * at, HEIGHT - 14
        parts.append(f'  <path class="{kind}" d="M{x} {y - 4}h28"/><circle class="dot-{kind}" cx="{x + 14}" cy="{y - 4}" r="3.5"/>')
        parts.append(f'  <text x="{x + 36}" y="{y}">{store}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def panel(left, name, title, stores, points):
    calls = sorted({calls for _, calls, _ in points})
    values = [figures[name] for _, _, figures in points]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    high = max(high, low + 1)
    height = HEIGHT - TOP - BOTTOM
    span = math.log10(calls[-1] / calls[0]) or 1
    x = lambda number: left + PANEL * math.log10(number / calls[0]) / span
    y = lambda value: TOP + height * (1 - (math.log10(value) - low) / (high - low))
    yield f'  <text class="title" x="{left}" y="{TOP - 24}">{title}</text>'
    for power in range(low, high + 1):
        tick = y(10**power)
        shown = f"{10**power:,}" if power >= 0 else f"{10**power:.{-power}f}"
        yield f'  <path class="grid" d="M{left} {tick:.1f}h{PANEL}"/>'
        yield f'  <text class="faint" x="{left - 8}" y="{tick + 4:.1f}" text-anchor="end">{shown}</text>'
    for number in calls:
        yield f'  <text class="faint" x="{x(number):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{number:,}</text>'
    for store, kind in zip(stores, CLASSES):
        own = [(x(number), y(figures[name])) for other, number, figures in points if other == store]
        yield f'  <path class="{kind}" d="M{"L".join(f"{at:.1f} {value:.1f}" for at, value in own)}"/>'
        for at, value in own:
            yield f'  <circle class="dot-{kind}" cx="{at:.1f}" cy="{value:.1f}" r="3.5"/>'
