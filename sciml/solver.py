"""The verbs: solve a problem by a method, and resume a run that was stopped."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from sciml import archive, cache, checkpoint, config, definition, fit, provenance, registry, store
from sciml import method as methods
from sciml.config import RunFile
from sciml.errors import BadArchive, BadConfig, NotConverged, SciMLError, did_you_mean
from sciml.method import Method, Outcome
from sciml.precision import float64
from sciml.problem import AnyProblem
from sciml.result import Result
from sciml.score import score
from sciml.status import Status


@dataclass(frozen=True)
class Plan:
    """A computation with everything resolved: nothing is left to look up or to check."""

    problem: AnyProblem
    method: Method
    settings: Any
    run: RunFile


def solve(
    problem: str | AnyProblem,
    method: str | None = None,
    *,
    config: Any = None,
    seed: int = 0,
    store: str | Path | None = None,
    report: fit.Report | None = None,
    throw: bool = False,
    **overrides: Any,
) -> Result:
    """Return the result of one method on one problem; numerics run in float64.

    Parameters
    ----------
    problem : registered name, ``file.py:name``, or a problem object.
    method : name of the method; None for the default of the problem's kind.
    config : settings of the method: its config dataclass, a mapping, or None for the defaults.
    seed : random seed; same seed, same result.
    store : folder in which to keep the run; None keeps it in memory.
    report : called after every step with (step, step limit, metrics).
    throw : raise `NotConverged` instead of returning a result that is not converged.
    overrides : parameters of the problem or settings of the method, by name.

    Raises
    ------
    SciMLError : unusable input, before anything is computed or written; `NotConverged`.
    """
    with float64():
        asked = RunFile(method=method or "", seed=seed, settings=_as_mapping(config))
        planned = plan(problem, asked, overrides)
        result = execute(planned, None if store is None else Path(store), report=report)
    return _returned(result, throw)


def _returned(result: Result, throw: bool) -> Result:
    if throw and not result.status.ok:
        raise NotConverged(result)
    return result


def _as_mapping(settings: Any) -> Mapping[str, Any]:
    if settings is None:
        return {}
    if isinstance(settings, Mapping):
        return settings
    if dataclasses.is_dataclass(settings) and not isinstance(settings, type):
        return {f.name: getattr(settings, f.name) for f in dataclasses.fields(settings)}
    raise BadConfig(
        f"config is a {type(settings).__name__}.",
        "give the method's config dataclass, a dictionary of settings, or None",
    )


def plan(problem: str | AnyProblem, asked: RunFile, overrides: Mapping[str, Any]) -> Plan:
    """Return the computation that is asked for, every name and value checked.

    `overrides` go to the problem's parameters where it has that name, else to the settings.
    """
    seed = 0 if asked.seed is None else asked.seed
    config.check_seed(seed)
    source = ""
    if isinstance(problem, str):
        source = _source(problem)
        entry = registry.entry(problem)
        known = entry.parameters
        here = {k: v for k, v in overrides.items() if k in known}
        parameters = {**asked.parameters, **here}
        built = registry.build(entry, problem, parameters)
    else:
        built, known, here = problem, {}, {}
    method = methods.get(asked.method or None, built.kind)
    rest = {k: v for k, v in overrides.items() if k not in here}
    _check_names(rest, built, method, list(known))
    settings = config.build(method.config, {**asked.settings, **rest})
    spec, resolved = definition.spec_of(built)
    run = RunFile(spec, method.name, seed, source, resolved, _as_mapping(settings))
    return Plan(built, method, settings, run)


def _source(spec: str) -> str:
    path = definition.user_file(spec)
    return definition.fingerprint(spec) if path is not None and path.is_file() else ""


def _check_names(
    rest: Mapping[str, Any], problem: AnyProblem, method: Method, parameters: list[str]
) -> None:
    """Refuse a name that neither the problem nor the method knows."""
    settings = [f.name for f in dataclasses.fields(method.config)]
    fixed = {} if parameters or problem.origin is None else problem.origin.parameters
    for name in rest:
        if name in settings:
            continue
        if name in fixed:
            raise BadConfig(
                f"'{name}' is a parameter of a problem that is already built.",
                f"give it when building: sciml.get('{problem.name}', {name}=...)",
            )
        near = did_you_mean(name, [*parameters, *settings])
        raise BadConfig(
            f"neither problem '{problem.name}' nor method '{method.name}' has '{name}'. "
            f"{near}".rstrip(),
            f"the problem's parameters: {', '.join(parameters) or 'none'}; "
            f"the method's settings: {', '.join(settings) or 'none'}",
        )


def execute(planned: Plan, keep: Path | None, *, report: fit.Report | None = None) -> Result:
    """Return the result of a planned computation, stored under the folder `keep` unless None."""
    folder = None
    if keep is not None:
        defaults = config.fields(planned.method.config)
        folder = store.create(keep, planned.run, defaults, planned.problem.name)
    try:
        return _compute(planned, folder, report)
    except BadArchive:
        raise
    except SciMLError:
        if folder is not None:
            store.discard(folder)
        raise


def resume(
    run: str | Path,
    *,
    steps: int | None = None,
    trust: bool = False,
    problem: AnyProblem | None = None,
    report: fit.Report | None = None,
    throw: bool = False,
) -> Result:
    """Return the result of a run that was stopped, the same as if it never had been.

    A finished run is loaded; one that ended at its step limit goes on if `steps` is larger.

    Parameters
    ----------
    run : the run's folder.
    steps : a new step limit.
    trust : whether the user's file that defines the problem may be executed.
    problem : the problem itself, for one that was never registered.
    report, throw : as in `solve`.

    Raises
    ------
    BadArchive : the folder is missing or damaged, or its problem cannot be rebuilt.
    """
    folder = Path(run)
    asked = store.read_config(folder)
    if store.is_finished(folder):
        done = store.load(folder, trust=trust, problem=problem)
        if steps is None or done.status is not Status.MAX_STEPS:
            return _returned(done, throw)
    if not cache.is_writable(folder):
        raise BadArchive(
            f"the run '{folder}' cannot be written.", "copy it to a folder that you may write to"
        )
    with float64():
        built = definition.rebuild(asked, trust=trust, problem=problem)
        method = methods.get(asked.method, built.kind)
        more = {} if steps is None else {"steps": steps}
        settings = config.build(method.config, {**asked.settings, **more})
        continued = replace(asked, settings=_as_mapping(settings))
        if steps is not None:
            store.reopen(folder, continued, config.fields(method.config))
        result = _compute(Plan(built, method, settings, continued), folder, report)
    return _returned(result, throw)


@dataclass(frozen=True)
class _Clock:
    """Wall-clock and processor seconds, counted on from those of earlier sessions."""

    wall: float
    processor: float

    def including(self, seconds: float, cpu_seconds: float) -> _Clock:
        return _Clock(self.wall - seconds, self.processor - cpu_seconds)

    def read(self) -> tuple[float, float]:
        return time.perf_counter() - self.wall, time.process_time() - self.processor


def _compute(planned: Plan, folder: Path | None, report: fit.Report | None) -> Result:
    """Prepare, run, finish and score; checkpoint and store if there is a folder."""
    cache.enable()
    with threadpool_limits(planned.method.blas_threads, user_api="blas"):
        return _computed(planned, folder, report)


def _computed(planned: Plan, folder: Path | None, report: fit.Report | None) -> Result:
    clock = _Clock(time.perf_counter(), time.process_time())
    progress, loop = fit.Progress(None), Status.INTERRUPTED
    outcome = Outcome(Status.INTERRUPTED, {}, {}, None)
    try:
        task = planned.method.prepare(planned.problem, planned.settings, planned.run.seed or 0)
        start: fit.Progress | None = None
        save: fit.Checkpoint | None = None
        if folder is not None:
            saved = checkpoint.load(folder, planned.run, task.init)
            if saved is not None:
                start = saved[0]
                clock = clock.including(saved[1], saved[2])
            save = _saver(folder, planned.run, clock)
        progress, loop = fit.run(task, start=start, report=report, checkpoint=save)
        outcome = task.finish(progress.state, loop)
        if save is not None and outcome.status is Status.MAX_STEPS:
            save(progress)
    except KeyboardInterrupt:
        loop = Status.INTERRUPTED
    if loop is Status.INTERRUPTED:
        outcome = replace(outcome, status=loop)
    result = _result(planned, outcome, progress, clock.read(), folder)
    if folder is not None and loop is not Status.INTERRUPTED:
        store.write_result(folder, result)
    return result


def _saver(folder: Path, run: RunFile, clock: _Clock) -> fit.Checkpoint:
    def save(progress: fit.Progress) -> None:
        checkpoint.save(folder, run, progress, *clock.read())

    return save


def _result(
    planned: Plan,
    outcome: Outcome,
    progress: fit.Progress,
    seconds: tuple[float, float],
    folder: Path | None,
) -> Result:
    """Score an outcome and attach where it came from."""
    problem, run = planned.problem, planned.run
    evaluate = partial(planned.method.evaluate, problem, planned.settings, outcome.params)
    outcome = score(problem, outcome, evaluate)
    return Result(
        problem=problem.name,
        spec=run.problem,
        source=run.source,
        parameters=run.parameters,
        method=run.method,
        label=planned.method.label,
        settings=run.settings,
        seed=run.seed or 0,
        status=outcome.status,
        value=archive.numbers(archive.strict(outcome.value)),
        metrics={name: float(v) for name, v in outcome.metrics.items()},
        warnings=tuple(outcome.warnings),
        params=outcome.params,
        arrays={name: np.asarray(v) for name, v in outcome.arrays.items()},
        history=progress.history,
        provenance=provenance.gather(),
        seconds=seconds[0],
        cpu_seconds=seconds[1],
        run=folder,
        definition=lambda: problem,
    )
