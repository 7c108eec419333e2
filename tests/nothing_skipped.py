"""In CI nothing is left out silently: a skipped test fails the run. Elsewhere a missing browser may skip its tests."""

import os

import pytest


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if os.environ.get("CI") != "true" or hasattr(session.config, "workerinput"):
        return
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter and (skipped := reporter.stats.get("skipped")):
        reporter.write_line(f"{len(skipped)} skipped, which CI does not allow: {skipped[0].nodeid} …", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
