"""What a figure computes with: runs that are kept and used again, and tables beside them."""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from sciml import archive, config, provenance, solver, store
from sciml.config import RunFile
from sciml.errors import BadArchive
from sciml.fit import Report
from sciml.precision import float64
from sciml.result import Result
from sciml.status import Status

TABLES = "figures"
"""folder of the store that holds the tables"""
CLOCK = "clock.json"
"""file of a run: processor seconds from its start to the end of each step, compilation included"""
DECIDING = ("sciml-jax", "jax", "jaxlib", "numpy", "scipy")
"""packages whose version decides whether what was kept counts"""


@dataclass(frozen=True)
class Work:
    """Where a figure's runs and tables are kept, and how its progress is shown.

    Attributes
    ----------
    store : folder of runs. What it holds is used again where problem, method, settings, seed and
        versions agree; an empty folder computes everything afresh.
    report : called after every step of a run, or None.
    """

    store: Path
    report: Report | None = None

    def solve(
        self,
        problem: str,
        method: str | None = None,
        *,
        seed: int = 0,
        clocked: bool = False,
        **overrides: Any,
    ) -> Result:
        """Return the result of a problem that has a name; the run is an ordinary one of the store.

        One that was interrupted goes on from where it was.

        Parameters
        ----------
        problem, method, seed, overrides : as in `sciml.solve`.
        clocked : use no kept run whose `clock` is not known.

        Raises
        ------
        SciMLError : unusable input.
        KeyboardInterrupt : stopped on request; what is done is kept.
        """
        with float64():
            planned = solver.plan(problem, RunFile(method=method or "", seed=seed), overrides)
            earlier = self._runs(planned.run)
            done = [f for f in earlier if store.is_finished(f) and _is_current(f)]
            done = [f for f in done if not clocked or (f / CLOCK).is_file()]
            if done:
                return store.load(done[-1], problem=planned.problem)
            halted = [f for f in earlier if not store.is_finished(f)]
            halted = [f for f in halted if not clocked or (f / CLOCK).is_file()]
            if halted:
                go_on = partial(solver.resume, halted[-1], problem=planned.problem)
                found = self._clocked(go_on, _clock(halted[-1]))
            else:
                found = self._clocked(partial(solver.execute, planned, self.store), [])
        if found.status is Status.INTERRUPTED:
            raise KeyboardInterrupt
        return found

    def _clocked(self, run: Callable[..., Result], earlier: list[float]) -> Result:
        """The result of a run, its clock written beside it, counted on from an earlier one."""
        start, read = time.process_time(), list[float]()

        def report(step: int, steps: int, metrics: Mapping[str, float]) -> None:
            nonlocal start
            if not read and earlier:
                read.extend(earlier[: step - 1])
                start -= read[-1] if read else 0.0
            read.append(time.process_time() - start)
            if self.report is not None:
                self.report(step, steps, metrics)

        found = run(report=report)
        if found.run is not None and len(read) == len(found.history):
            archive.write_bytes(found.run / CLOCK, archive.to_json(read).encode())
        return found

    def table(self, name: str, compute: Callable[..., Any], /, **inputs: Any) -> Any:
        """Return plain data ``compute(**inputs)``, kept as JSON under this name.

        Kept data count where inputs, versions and the file that defines `compute` agree.

        Raises
        ------
        BadArchive : the kept file is damaged, or cannot be written.
        """
        return self.kept(name, compute, lambda: compute(**inputs), inputs)

    def kept(
        self, name: str, source: Callable[..., Any], compute: Callable[[], Any], inputs: Any
    ) -> Any:
        """Return kept data, or those that `compute` gives; `source` is the function to watch."""
        path = self._table(name, source, inputs)
        if path.is_file():
            return _read(path)
        start = time.perf_counter()
        data = archive.strict(compute())
        path.parent.mkdir(parents=True, exist_ok=True)
        content = {"name": name, "inputs": inputs, "seconds": time.perf_counter() - start}
        text = archive.to_json({**content, "table": data, "provenance": provenance.gather()})
        archive.write_bytes(path, text.encode())
        return archive.numbers(data)

    def has(self, name: str, source: Callable[..., Any], inputs: Any) -> bool:
        """Return whether a table is kept."""
        return self._table(name, source, inputs).is_file()

    def _table(self, name: str, source: Callable[..., Any], inputs: Any) -> Path:
        code = sha256(Path(str(sys.modules[source.__module__].__file__)).read_bytes()).hexdigest()
        key = archive.to_json([name, inputs, code, _versions(provenance.gather())])
        slug = re.sub(r"[^A-Za-z0-9_.-]+", "-", name)
        return self.store / TABLES / f"{slug}_{sha256(key.encode()).hexdigest()[:12]}.json"

    def _runs(self, run: RunFile) -> list[Path]:
        """Folders of runs with the same content, oldest first."""
        if not self.store.is_dir():
            return []
        ending = re.compile(rf"_{config.content_hash(run)}(-\d+)?$")
        return sorted(f for f in self.store.iterdir() if ending.search(f.name))


def clock(result: Result) -> list[float]:
    """Return the processor seconds at which each step of a clocked run ended."""
    assert result.run is not None
    return _clock(result.run)


def _clock(folder: Path) -> list[float]:
    """The clock of a run, none where it was not clocked from its start."""
    path = folder / CLOCK
    seconds: list[float] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []
    return seconds


def _versions(gathered: dict[str, Any]) -> list[str]:
    return [str(gathered["versions"].get(name)) for name in DECIDING]


def _is_current(folder: Path) -> bool:
    """Whether a run was computed by the versions that are installed."""
    return _versions(store.read_result(folder)["provenance"]) == _versions(provenance.gather())


def _read(path: Path) -> Any:
    try:
        return archive.numbers(json.loads(path.read_text(encoding="utf-8"))["table"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadArchive(f"'{path}' is damaged: {error}.", "remove it and run again") from error
