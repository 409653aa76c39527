"""The pytest plugin: the fixture ``graph``, and the timelines of its calls where a test fails."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

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
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    arguments: dict[str, Any] = getattr(item, "funcargs", {})
    if report.when == "call" and report.failed and "graph" in arguments:
        report.sections.append(("calls of the fixture graph", _shown(arguments["graph"])))
    return report


def _shown(graph: Graph) -> str:
    from .errors import ServiceError

    try:
        return graph.report()
    except ServiceError as error:
        return str(error)
