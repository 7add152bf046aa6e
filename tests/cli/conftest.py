"""Fixtures that call the command line in this process."""

import json

import pytest

from sciml import cli


@pytest.fixture
def run(capfd):
    """Run a command; return its exit code, stdout and stderr."""

    def call(*arguments):
        capfd.readouterr()
        code = cli.run([str(a) for a in arguments])
        return code, *capfd.readouterr()

    return call


@pytest.fixture
def run_json(run):
    """Run a command with --json; return its exit code and the one object on stdout."""

    def call(*arguments):
        code, out, _ = run(*arguments, "--json")
        assert out.count("\n") == 1
        return code, json.loads(out, parse_constant=pytest.fail)

    return call
