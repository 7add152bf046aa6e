"""From a run's description back to its problem: registered ones, and those of a user's file."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from sciml import registry
from sciml.config import RunFile
from sciml.errors import BadArchive
from sciml.problem import AnyProblem

UNREGISTERED = "<python>:"
"""starts the spec of a problem that was built in Python and never registered"""


def user_file(spec: str) -> Path | None:
    """Return the Python file that a spec executes, or None for a registered name."""
    path, _, _ = spec.rpartition(":")
    if path.endswith(".py"):
        return Path(path)
    return Path(spec) if spec.endswith(".py") else None


def absolute(spec: str) -> str:
    """Return the spec with the path of its file made absolute, so that it holds from anywhere."""
    path = user_file(spec)
    return spec if path is None else f"{path.resolve()}{spec[len(str(path)) :]}"


def fingerprint(spec: str) -> str:
    """Return the sha256 of the file that a spec executes, "" for a registered name."""
    path = user_file(spec)
    return "" if path is None else sha256(path.read_bytes()).hexdigest()


def spec_of(problem: AnyProblem) -> tuple[str, Mapping[str, object]]:
    """Return the spec and the parameters from which a problem can be rebuilt."""
    if problem.origin is None:
        return f"{UNREGISTERED}{problem.name}", {}
    return absolute(problem.origin.spec), problem.origin.parameters


def rebuild(run: RunFile, *, trust: bool, problem: AnyProblem | None = None) -> AnyProblem:
    """Return the problem of a stored run; a user's file is executed only with `trust`.

    Raises
    ------
    BadArchive : no consent to execute the file, the file is gone or has changed, or the problem
        was never registered and is not given as `problem`.
    """
    if problem is not None:
        return problem
    if run.problem.startswith(UNREGISTERED):
        raise BadArchive(
            f"'{run.problem.removeprefix(UNREGISTERED)}' was built in Python, not registered: "
            "it cannot be rebuilt from its run.",
            "build it again and pass it as `problem=`, or register it in a file",
        )
    path = user_file(run.problem)
    if path is not None:
        if not trust:
            raise BadArchive(
                f"this run's problem is defined in '{path}', which would be executed.",
                "if you trust that file: load(path, trust=True), or `--trust` on the command line",
            )
        if not path.is_file():
            raise BadArchive(
                f"the file '{path}' that defines this run's problem is gone.",
                "put it back, or build the problem and pass it as `problem=`",
            )
        if run.source and fingerprint(run.problem) != run.source:
            raise BadArchive(
                f"'{path}' has changed since this run was started.",
                "restore the file, or solve afresh",
            )
    return registry.get(run.problem, **run.parameters)
