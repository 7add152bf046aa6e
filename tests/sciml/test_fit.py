"""The loop: logging, NaN guard, interruption, and that resuming changes nothing."""

import math

import numpy as np

from sciml.fit import Progress, run
from sciml.method import Info, Outcome
from sciml.status import Status


class Halving:
    """A number that is halved every step, by a random-free rule."""

    def __init__(self, steps=10, ending=None, at=0):
        self.steps, self.ending, self.at = steps, ending, at

    def init(self):
        return {"x": np.array(1.0), "n": np.array(0)}

    def step(self, state):
        x, n = state["x"] / 2, state["n"] + 1
        if self.ending == "nan" and n == self.at:
            return {"x": np.array(math.nan), "n": n}, Info({"x": math.nan})
        if self.ending == "interrupt" and n == self.at:
            raise KeyboardInterrupt
        done = self.ending == "done" and n == self.at
        return {"x": x, "n": n}, Info({"x": float(x)}, Status.CONVERGED if done else None)

    def finish(self, state, status):
        return Outcome(status, {}, {}, state)


def test_runs_to_the_limit():
    seen = []
    progress, status = run(Halving(4), report=lambda *row: seen.append(row))
    assert status is Status.MAX_STEPS
    assert progress.step == 4
    assert [row["x"] for row in progress.history] == [0.5, 0.25, 0.125, 0.0625]
    assert [row["step"] for row in progress.history] == [1, 2, 3, 4]
    assert seen[-1] == (4, 4, {"x": 0.0625})


def test_stops_where_the_task_says():
    progress, status = run(Halving(ending="done", at=3))
    assert status is Status.CONVERGED
    assert progress.step == 3


def test_a_nan_is_not_accepted():
    progress, status = run(Halving(ending="nan", at=4))
    assert status is Status.NONFINITE
    assert progress.step == len(progress.history) == 3
    assert float(progress.state["x"]) == 0.125


def test_interruption_saves_and_resuming_ends_the_same():
    saved = []
    progress, status = run(Halving(ending="interrupt", at=5), checkpoint=saved.append)
    assert status is Status.INTERRUPTED
    assert [p.step for p in saved] == [0, 4]
    resumed, ending = run(Halving(), start=saved[-1], checkpoint=saved.append)
    whole, _ = run(Halving())
    assert ending is Status.MAX_STEPS
    assert resumed == whole
    assert isinstance(progress, Progress)


def test_checkpoints_come_with_time():
    saved = []
    run(Halving(3), checkpoint=saved.append, checkpoint_seconds=0.0)
    assert [p.step for p in saved] == [0, 1, 2, 3]


def test_an_interruption_while_the_last_step_is_shown_does_not_undo_its_ending():
    def interrupted(step, _steps, _metrics):
        if step == 3:
            raise KeyboardInterrupt

    _, status = run(Halving(ending="done", at=3), report=interrupted)
    assert status is Status.CONVERGED
