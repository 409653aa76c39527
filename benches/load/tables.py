"""The figures as tables, and what they must be."""

import statistics

LEAST_OF_BARE = 0.5
LONGEST_START_UP = 0.05
CALLFOLD = ("memory", "sqlite")
# Prompts are measured last, as each of them makes a call longer.
KINDS = ["keepAlive", "get", "ivr", "playPrompt"]


class Results:
    """The figures of each round, by kind, number of live calls and service."""

    def __init__(self):
        self.rounds = {}

    def add(self, kind, calls, service, figures):
        self.rounds.setdefault((kind, calls, service), []).append(figures)

    def in_order(self):
        """What was measured: kind, number of live calls and service, which keep the order of their turns."""
        return sorted(self.rounds, key=lambda measured: (KINDS.index(measured[0]), measured[1]))

    def median(self, kind, calls, service, name):
        return statistics.median(figures[name] for figures in self.rounds[kind, calls, service])

    def ratio(self, kind, calls, service, other, name):
        """The median of the ratios of each round; `None` if the other was not measured."""
        both = zip(self.rounds[kind, calls, service], self.rounds.get((kind, calls, other), []))
        ratios = [first[name] / second[name] for first, second in both if second[name]]
        return statistics.median(ratios) if ratios else None


def requests(results):
    names = ["request", "live calls", "service", "requests/s", "of bare", "of express", "p50 µs", "p99 µs",
             "CPU µs a request", "client's core", "webhooks/s"]
    rows = []
    for kind, calls, service in results.in_order():
        if kind == "ivr":
            continue
        at = lambda name: results.median(kind, calls, service, name)
        of = lambda other: shown_ratio(results.ratio(kind, calls, service, other, "rate"))
        webhooks = f"{at('webhookRate'):,.0f}" if at("webhooks") else ""
        rows.append([kind, f"{calls:,}", service, f"{at('rate'):,.0f}", of("bare"), of("express"),
                     f"{at('p50'):,.0f}", f"{at('p99'):,.0f}", f"{at('cpu'):,.1f}",
                     f"{at('clientCpu'):.0%}", webhooks])
    return table(names, rows, texts=3)


def whole_calls(results):
    names = ["store", "live calls", "whole calls/s", "requests and webhooks/s", "webhooks a call", "p50 ms", "p99 ms",
             "CPU µs a call", "client's core"]
    rows = []
    for kind, calls, service in results.in_order():
        if kind != "ivr":
            continue
        at = lambda name: results.median(kind, calls, service, name)
        rows.append([service, f"{calls:,}", f"{at('rate'):,.0f}", f"{at('messageRate'):,.0f}",
                     f"{at('webhooksOfCall'):.1f}", f"{at('p50') / 1e3:,.1f}", f"{at('p99') / 1e3:,.1f}",
                     f"{at('cpu'):,.0f}", f"{at('clientCpu'):.0%}"])
    return table(names, rows, texts=1)


def memory(rows):
    shown = [[service, deliveries, f"{calls:,}", f"{before / 1e6:,.1f}", f"{after / 1e6:,.1f}",
              f"{(after - before) / calls:,.0f}"] for service, deliveries, calls, before, after in rows]
    names = ["store", "list of deliveries", "live calls", "MB before", "MB after", "bytes a live call"]
    return table(names, shown, texts=2)


def start_up(times):
    shown = lambda taken: [f"{1e3 * statistics.median(taken):.1f}", f"{1e3 * max(taken):.1f}"]
    rows = [[service, *shown(taken)] for service, taken in times.items()]
    return table(["service", "start-up ms", "longest"], rows, texts=1)


def shown_ratio(ratio):
    return "" if ratio is None else f"{ratio:.2f}"


def table(names, rows, texts):
    """A table that can also be read as text: the first columns to the left, figures to the right."""
    widths = [max(map(len, column)) for column in zip(names, *rows)]
    line = lambda cells: "| " + " | ".join(
        cell.ljust(width) if at < texts else cell.rjust(width) for at, (cell, width) in enumerate(zip(cells, widths))
    ) + " |\n"
    rule = ["-" * width if at < texts else "-" * (width - 1) + ":" for at, width in enumerate(widths)]
    return "".join(map(line, [names, rule, *rows]))


def behind(results, times):
    """What is not as it must be."""
    found = []
    for kind, calls, service in results.in_order():
        if service not in CALLFOLD:
            continue
        where = f"{kind} with {calls:,} live calls, {service}"
        of_bare = results.ratio(kind, calls, service, "bare", "rate")
        if (kind, service) == ("keepAlive", "memory") and of_bare is not None and of_bare < LEAST_OF_BARE:
            found.append(f"{where}: {of_bare:.2f} of the rate of bare-service, and {LEAST_OF_BARE} is the least")
        # More is better for rates, and worse for times.
        for name, sign in [("rate", 1), ("webhookRate", 1), ("p50", -1), ("p99", -1)]:
            ratio = results.ratio(kind, calls, service, "express", name)
            if ratio is not None and sign * ratio < sign:
                found.append(f"{where}: behind express-mock, {name} is {ratio:.2f} of its own")
    for service in CALLFOLD:
        taken = statistics.median(times[service])
        if taken > LONGEST_START_UP:
            found.append(f"start-up, {service}: {1e3 * taken:.0f} ms, and {1e3 * LONGEST_START_UP:.0f} ms is the most")
    return found
