"""The pytest plugin: the fixture ``graph``, and the timelines of its calls where a test fails."""

from __future__ import annotations

import sys
from collections.abc import Generator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .testing import Graph


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        "graph(**settings): settings of the fixture `graph`, such as seed=7, clock='real', bot=URL",
    )


@pytest.fixture
def graph(request: pytest.FixtureRequest) -> Generator[Graph, None, None]:
    """A local Graph calling service of this test alone. See callfold.testing.Graph."""
    # The native part is loaded only where a test needs it.
    from .testing import Graph

    marker = request.node.get_closest_marker("graph")
    with Graph(**(marker.kwargs if marker else {})) as service:
        yield service


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    graph = getattr(item, "funcargs", {}).get("graph")
    # Another fixture can have this name, in a project that does not use this one.
    testing = sys.modules.get("callfold.testing")
    if report.when == "call" and report.failed and testing is not None and isinstance(graph, testing.Graph):
        report.sections.append(("calls of the fixture graph", _shown(graph)))
    return report


def _shown(graph: Graph) -> str:
    try:
        return graph.report()
    except Exception as error:  # What fails here must not hide the failure of the test.
        return f"they cannot be shown: {error}"
