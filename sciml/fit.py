"""The one loop that runs every task: progress, NaN guard, checkpoints, interruption, resumption."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sciml.method import State, Task
from sciml.status import Status

Report = Callable[[int, int, Mapping[str, float]], None]
"""(step, step limit, metrics) -> None: shows progress"""

Checkpoint = Callable[["Progress"], None]
"""saves a `Progress`, from which `run` can go on"""


@dataclass(frozen=True)
class Progress:
    """Where a run stands: its state after `step` steps, and the log up to there.

    `history` holds one row a step: the step's number under "step" and its metrics.
    """

    state: State
    step: int = 0
    history: tuple[Mapping[str, int | float], ...] = ()


def run(
    task: Task,
    *,
    start: Progress | None = None,
    report: Report | None = None,
    checkpoint: Checkpoint | None = None,
    checkpoint_seconds: float = 2.0,
) -> tuple[Progress, Status]:
    """Return where a task ended and how: converged, out of steps, non-finite or interrupted.

    A step whose metrics are not finite is not accepted: the state before it is kept. Ctrl-C ends
    the run after the last whole step. With a `checkpoint`, the progress is saved every
    `checkpoint_seconds` and at an interruption; a run that starts from a saved `Progress` goes
    through the same states as one that was never stopped.
    """
    progress = start if start is not None else Progress(task.init())
    state, step, history = progress.state, progress.step, list(progress.history)
    status, saved_at = Status.MAX_STEPS, time.monotonic()
    if checkpoint is not None and start is None:
        checkpoint(progress)
    try:
        while step < task.steps:
            following, info = task.step(state)
            if not all(math.isfinite(v) for v in info.metrics.values()):
                status = Status.NONFINITE
                break
            history.append({"step": step + 1, **info.metrics})
            state, step = following, step + 1
            status = info.status or status
            if report is not None:
                report(step, task.steps, info.metrics)
            if info.status is not None:
                break
            if checkpoint is not None and time.monotonic() - saved_at >= checkpoint_seconds:
                checkpoint(Progress(state, step, tuple(history)))
                saved_at = time.monotonic()
    except KeyboardInterrupt:
        if status is Status.MAX_STEPS:  # no ending was reached before
            status = Status.INTERRUPTED
    progress = Progress(state, step, tuple(history[:step]))
    if checkpoint is not None and status is Status.INTERRUPTED:
        checkpoint(progress)
    return progress, status
