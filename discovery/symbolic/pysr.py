"""Candidates by PySR (Apache-2), where a Julia is at hand: nothing is ever downloaded.

M. Cranmer, arXiv 2305.01582. Whatever goes wrong between detection and the end of the search is
one line: of the log, and of the warnings that come back with what else was found.
"""

from __future__ import annotations

import csv
import importlib
import importlib.util
import io
import logging
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import sympy
from jaxtyping import Float

from discovery.symbolic.text import Unreadable, parse
from discovery.symbolic.tidy import tidied
from sciml.errors import BadData

LOG = logging.getLogger("sciml.discovery")
OLDEST = (1, 10, 3)
"""the oldest Julia that PySR runs on"""

PATIENCE = 20.0
"""seconds that `julia --version` may take"""

FUNCTIONS = ("exp", "log", "sin", "cos", "tan", "tanh", "abs", "sqrt", "sign")
"""functions that PySR knows by our names"""

ENVIRONMENT = {"PYTHON_JULIAPKG_OFFLINE": "yes"}
"""set while PySR is imported and runs: no download"""


@dataclass(frozen=True)
class Detection:
    """Whether PySR can be tried.

    Attributes
    ----------
    available : whether it and a Julia that is new enough are there.
    line : what was found, or what is missing, in one line.
    """

    available: bool
    line: str


@dataclass(frozen=True)
class Proposed:
    """What a search proposed.

    Attributes
    ----------
    expressions : formulas, shortest first.
    warnings : why there are none, in one line; () after a search that ended.
    """

    expressions: tuple[sympy.Expr, ...]
    warnings: tuple[str, ...] = ()


def detect(*, patience: float = PATIENCE) -> Detection:
    """Return whether PySR can be tried, without importing it and without any download.

    Parameters
    ----------
    patience : seconds that `julia --version` may take.
    """
    try:
        installed = importlib.util.find_spec("pysr") is not None
    except ValueError:  # a module without a spec
        installed = True
    if not installed:
        return Detection(False, "PySR is not installed (pip install pysr).")
    named = os.environ.get("PYTHON_JULIAPKG_EXE")
    julia = named or shutil.which("julia")
    if julia is None:
        return Detection(
            False, "PySR needs Julia: none is on the PATH, and PYTHON_JULIAPKG_EXE is not set."
        )
    try:
        asked = subprocess.run(
            [julia, "--version"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=patience,
            check=True,
        )
    except subprocess.TimeoutExpired:
        return Detection(False, f"PySR needs Julia: '{julia}' does not answer in {patience:g} s.")
    except (OSError, subprocess.CalledProcessError) as error:
        return Detection(False, f"PySR needs Julia: '{julia}' cannot be run ({_line(error)}).")
    said = asked.stdout.decode(errors="replace").strip()
    version = re.match(r"julia version (\d+)\.(\d+)\.(\d+)", said)
    if version is None:
        return Detection(False, f"PySR needs Julia: '{julia}' says no version.")
    found = tuple(int(part) for part in version.groups())
    text = ".".join(version.groups())
    if found < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        return Detection(False, f"PySR needs Julia {oldest} or newer: '{julia}' is {text}.")
    return Detection(True, f"PySR with Julia {text} ('{julia}').")


def candidates(
    inputs: Float[np.ndarray, "n i"],
    values: Float[np.ndarray, " n"],
    names: Sequence[str],
    *,
    weights: Float[np.ndarray, " n"] | None = None,
    seed: int = 0,
    seconds: float = 60.0,
    functions: Sequence[str] = (),
) -> Proposed:
    """Return formulas for values at inputs from PySR's hall of fame, or why there are none.

    One thread, deterministic as far as the clock does not end it. Each unary function counts as
    two nodes and none stands inside another.

    Parameters
    ----------
    inputs, values : what is to be explained.
    names : of the inputs.
    weights : of the points, or None for equal ones.
    seed : of its random numbers.
    seconds : after which the search ends; Julia's start-up comes on top.
    functions : beside sums, products and quotients, such as "exp".
    """
    detection = detect()
    if not detection.available:
        return _none(detection.line)
    unary = [f for f in functions if f in FUNCTIONS]
    try:
        with _quiet(), _environment(ENVIRONMENT), tempfile.TemporaryDirectory() as folder:
            regressor = importlib.import_module("pysr").PySRRegressor(
                **_settings(unary, seed, seconds), output_directory=folder
            )
            regressor.fit(np.asarray(inputs, float), np.asarray(values, float), weights=weights)
            texts = [str(text) for text in regressor.equations_["equation"]]
    except (Exception, SystemExit) as error:
        return _none(f"PySR failed: {type(error).__name__}: {_line(error)}")
    read = list(_read(texts, names))
    if not read:
        return _none("PySR proposed no formula that can be read.")
    return Proposed(tuple(tidied(read, np.asarray(inputs, float), names)))


def _settings(unary: Sequence[str], seed: int, seconds: float) -> dict[str, Any]:
    return {
        "binary_operators": ["+", "-", "*", "/"],
        "unary_operators": list(unary),
        "complexity_of_operators": dict.fromkeys(unary, 2),
        "nested_constraints": {f: dict.fromkeys(unary, 0) for f in unary},
        "maxsize": 20,
        "niterations": 40,
        "timeout_in_seconds": float(seconds),
        "model_selection": "accuracy",
        "random_state": seed,
        "deterministic": True,
        "parallelism": "serial",
        "precision": 64,
        "verbosity": 0,
        "progress": False,
    }


def _none(line: str) -> Proposed:
    """No formulas, for the reason that is logged."""
    LOG.info("%s", line)
    return Proposed((), (line,))


def _line(error: BaseException) -> str:
    """An error's message in one line."""
    return next((s.strip() for s in str(error).splitlines() if s.strip()), "no message")


@contextmanager
def _quiet() -> Iterator[None]:
    """Swallow what Python code prints meanwhile."""
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        yield


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Set environment variables for a while."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _read(texts: Iterable[str], names: Sequence[str]) -> Iterator[sympy.Expr]:
    """The formulas that can be read, in the inputs' names or in x0, x1, …"""
    words = {f"x{i}": name for i, name in enumerate(names)} | {name: name for name in names}
    for text in texts:
        try:
            yield parse(text, words)
        except Unreadable:
            continue


def read_hall_of_fame(path: str | Path, names: Sequence[str]) -> list[sympy.Expr]:
    """Return the formulas of a hall of fame that PySR left, perhaps on another machine.

    Lines that hold what is no formula here, such as `max`, are left out.

    Parameters
    ----------
    path : hall_of_fame.csv, or the folder of the run; its twin .bak is read where it is absent
        or less complete.
    names : what the variables stand for, in the order in which they were given to PySR: x0, x1, …
        or these names.

    Raises
    ------
    BadData : no such file, none with columns Complexity, Loss, Equation, or no formula of these
        variables in it.
    """
    given = Path(path)
    file = given / "hall_of_fame.csv" if given.is_dir() else given
    tried = [f for f in (file, file.with_name(f"{file.name}.bak")) if f.is_file()]
    if not tried:
        raise BadData(f"there is no file '{file}'.", "give PySR's hall_of_fame.csv or its folder")
    texts, _ = min(map(_equations, tried), key=lambda found: (found[1], -len(found[0])))
    if not texts:
        raise BadData(
            f"'{tried[0]}' is no hall of fame.",
            "its first line is Complexity,Loss,Equation, one formula a line follows",
        )
    found = list(_read(texts, names))
    if not found:
        raise BadData(
            f"'{tried[0]}' holds no formula of {list(names)}.",
            "give the names of the variables in the order of PySR's x0, x1, …",
        )
    return found


def _equations(file: Path) -> tuple[list[str], int]:
    """The formulas of one file, shortest first, and the number of its lines that are damaged."""
    found: list[tuple[float, str]] = []
    damaged = 0
    try:
        with file.open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                try:
                    found.append((float(row["Complexity"]), row["Equation"].strip()))
                except (KeyError, TypeError, ValueError, AttributeError):
                    damaged += 1
    except (OSError, UnicodeDecodeError, csv.Error):
        damaged += 1
    return [text for _, text in sorted(found, key=lambda entry: entry[0])], damaged
