"""Run a package's pytest suite and print one line per test: run.py DIRECTORY [PYTEST ARGUMENTS]."""

import importlib.util
import os
import platform
import re
import sys

import pytest


class Outcomes:
    """Reports each test's outcome by its full name; an error outside of the test itself counts as its outcome."""

    def __init__(self):
        self.found = {}

    def pytest_runtest_logreport(self, report):
        if report.when == "call" or report.outcome != "passed":
            outcome = "xfail-" + report.outcome if hasattr(report, "wasxfail") else report.outcome
            self.found[report.nodeid] = outcome

    def pytest_collectreport(self, report):
        if report.failed:
            self.found[report.nodeid] = "not collected"


def bring_hypothesis():
    """It is told the truth about the interpreter where a package must not be: it wants `sys.getrefcount` of CPython."""
    name = platform.python_implementation
    platform.python_implementation = lambda: "PyPy"
    try:
        import hypothesis.strategies
    except ModuleNotFoundError:
        pass        # not every suite needs it
    finally:
        platform.python_implementation = name


def bring_tests(folder):
    """The package that the tests are in is the one in this directory, whatever else has its name: Python has a `test`."""
    file = os.path.join(folder, "__init__.py")
    if os.path.exists(file):
        spec = importlib.util.spec_from_file_location(folder, file)
        sys.modules[folder] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[folder])


def join_package(file):
    """Tests that are a package within the package that they test, in its sources only: that is the wheel's, and has them as well."""
    folder, inside = os.path.dirname(file), []
    while os.path.exists(os.path.join(folder, "__init__.py")):
        folder, name = os.path.split(folder)
        inside.append(name)
    if len(inside) > 1:
        source, package = os.path.join(folder, inside[-1]), importlib.import_module(inside[-1])
        if source not in package.__path__:
            package.__path__.append(source)


if not hasattr(sys, "getrefcount"):
    bring_hypothesis()
wheel = os.path.abspath(os.environ["PYTHONPATH"].split(os.pathsep)[0])
os.chdir(sys.argv[1])
for name in {argument.split("/")[0] for argument in sys.argv[2:]}:
    bring_tests(name)
for file in sys.argv[2:]:
    join_package(os.path.abspath(file))
outcomes = Outcomes()
quiet = ["-W", "ignore:Module already imported:pytest.PytestAssertRewriteWarning"]      # hypothesis is
quiet += ["-W", "ignore::pytest.PytestConfigWarning", "-W", "ignore::pytest.PytestUnknownMarkWarning"]      # of plugins that are not here
# Appending: the package itself must come from the wheel, not from the sources beside its tests.
options = [*quiet, "-q", "--tb=short", "-p", "no:cacheprovider", "-o", "addopts=", "--rootdir=.", "--import-mode=append", "--continue-on-collection-errors"]
pytest.main(options + sys.argv[2:], plugins=[outcomes])
print()
for name, outcome in sorted(outcomes.found.items()):
    name = re.sub("0x[0-9a-f]+", "0x", name.replace(sys.executable, "PYTHON")).encode("ascii", "backslashreplace").decode()
    print(f"outcome\t{outcome}\t{name}")
# A package that quietly fell back to Python code would pass, too.
for name, module in sorted(sys.modules.items()):
    file = getattr(module, "__file__", None) or ""
    if file.startswith(wheel) and file.endswith(".so"):
        print(f"outcome\tloaded\t{name} from {os.path.basename(file)}")
print("ended", flush=True)
