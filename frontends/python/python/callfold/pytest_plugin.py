"""The pytest plugin: the fixture ``graph``, and the timelines of its calls where a test fails."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .testing import Graph


_SERVICE = pytest.StashKey["Graph"]()
_CALLS = pytest.StashKey[str]()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        "graph(**settings): settings of the fixture `graph`, such as seed=7, clock='real', bot=URL",
    )


@pytest.fixture
def graph(request: pytest.FixtureRequest) -> Generator[Graph, None, None]:
    """A local Graph calling service of this test alone. See callfold.testing.Graph."""
    # What only this fixture needs is imported only where a test uses it.
    from .testing import Graph

    settings: dict[str, Any] = {}
    # The nearest marker counts most.
    for marker in reversed(list(request.node.iter_markers("graph"))):
        if marker.args:
            raise pytest.UsageError("the settings of the marker `graph` have names, as in pytest.mark.graph(seed=7)")
        settings.update(marker.kwargs)
    with Graph(**settings) as service:
        request.node.stash[_SERVICE] = service
        yield service
        # Another fixture can fail when the service has ended.
        request.node.stash[_CALLS] = _shown(service)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    graph = item.stash.get(_SERVICE, None)
    if report.failed and graph is not None:
        calls = item.stash.get(_CALLS, None) or _shown(graph)
        report.sections.append(("calls of the fixture graph", calls))
    if report.when == "teardown":
        # The test can run again, and other tests follow.
        keys: list[pytest.StashKey[Any]] = [_SERVICE, _CALLS]
        for key in keys:
            if key in item.stash:
                del item.stash[key]
    return report


def _shown(graph: Graph) -> str:
    try:
        return graph.report()
    except Exception as error:  # What fails here must not hide the failure of the test.
        return f"they cannot be shown: {error}"
