"""The plot of docs/performance.md, as SVG: an event's time and a call's memory by the number of calls."""

import math

WIDTH, HEIGHT = 860, 340
LEFT, TOP, BOTTOM, PANEL, GAP = 62, 54, 62, 330, 92

STYLE = """
    .page { fill: #ffffff }
    text { font: 13px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #1f2328 }
    .title { font-weight: 600 }
    .faint { fill: #59636e; font-size: 12px }
    .grid { stroke: #d1d9e0; stroke-width: 1 }
    .one { stroke: #0969da; fill: none; stroke-width: 2 }
    .two { stroke: #bc4c00; fill: none; stroke-width: 2; stroke-dasharray: 6 4 }
    .dot-one { fill: #0969da } .dot-two { fill: #bc4c00 }
    @media (prefers-color-scheme: dark) {
      .page { fill: #0d1117 } text { fill: #f0f6fc } .faint { fill: #9198a1 } .grid { stroke: #3d444d }
      .one { stroke: #4493f8 } .two { stroke: #f0883e } .dot-one { fill: #4493f8 } .dot-two { fill: #f0883e }
    }
"""


def drawn(rows):
    """The plot of the rows of the table."""
    time = Panel(LEFT, "ns per event", rows, lambda scaled: scaled.wall)
    memory = Panel(LEFT + PANEL + GAP, "bytes per call", rows, lambda scaled: scaled.bytes)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
        ' role="img" aria-label="ns per event and bytes per call, by the number of calls, with one thread and two">',
        f"  <style>{STYLE}  </style>",
        f'  <rect class="page" width="{WIDTH}" height="{HEIGHT}"/>',
        *time.parts(),
        *memory.parts(),
        *legend(),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def legend():
    y = HEIGHT - 14
    for x, name, said in [(LEFT, "one", "one thread"), (LEFT + 150, "two", "two threads")]:
        yield f'  <path class="{name}" d="M{x} {y - 4}h28"/>'
        yield f'  <circle class="dot-{name}" cx="{x + 14}" cy="{y - 4}" r="3.5"/>'
        yield f'  <text x="{x + 36}" y="{y}">{said}</text>'


class Panel:
    """One set of axes: calls to the right, on a logarithmic scale; what a run took upwards, from 0."""

    def __init__(self, left, title, rows, value):
        self.left, self.title, self.calls = left, title, [row.calls for row in rows]
        self.series = {1: [], 2: []}
        for row in rows:
            for jobs, values in self.series.items():
                values.append(max(value(row.jobs[jobs]), 0))
        self.ticks = ticks(max(map(max, self.series.values())))

    def x(self, calls):
        low, high = math.log10(self.calls[0]), math.log10(self.calls[-1])
        return self.left + PANEL * (math.log10(calls) - low) / ((high - low) or 1)

    def y(self, value):
        height = HEIGHT - TOP - BOTTOM
        return TOP + height * (1 - value / self.ticks[-1])

    def parts(self):
        yield f'  <text class="title" x="{self.left}" y="{TOP - 24}">{self.title}</text>'
        for tick in self.ticks:
            y = self.y(tick)
            yield f'  <path class="grid" d="M{self.left} {y:.1f}h{PANEL}"/>'
            yield f'  <text class="faint" x="{self.left - 8}" y="{y + 4:.1f}" text-anchor="end">{tick:,}</text>'
        for calls in self.calls:
            yield f'  <text class="faint" x="{self.x(calls):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{calls:,}</text>'
        yield f'  <text class="faint" x="{self.left + PANEL}" y="{TOP - 24}" text-anchor="end">by calls in the log</text>'
        for name, values in zip(("one", "two"), self.series.values()):
            points = [(self.x(calls), self.y(value)) for calls, value in zip(self.calls, values)]
            line = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
            yield f'  <path class="{name}" d="M{line}"/>'
            for x, y in points:
                yield f'  <circle class="dot-{name}" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>'


def ticks(highest):
    """Round numbers from 0 to above the highest value, five or so."""
    rough = max(highest, 1) / 4
    size = 10 ** math.floor(math.log10(rough))
    step = next(round(size * factor) or 1 for factor in (1, 2, 2.5, 5, 10) if size * factor >= rough)
    return list(range(0, math.ceil(highest / step) * step + 1, step))
