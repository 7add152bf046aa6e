"""What a result answers at points: its fields, and what a probabilistic model knows besides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float

from sciml import config
from sciml import method as methods
from sciml.errors import BadArchive, BadConfig, BadData, did_you_mean
from sciml.method import Method, Posterior
from sciml.precision import float64
from sciml.problem import AnyProblem

if TYPE_CHECKING:
    from sciml.result import Result


@dataclass(frozen=True)
class Question:
    """A result ready to be asked: its problem, method and settings rebuilt, the points checked.

    Attributes
    ----------
    method, problem, settings, params : what the method's functions take.
    points : positions [n, d].
    """

    method: Method
    problem: AnyProblem
    settings: Any
    params: Any
    points: Float[np.ndarray, "n d"]

    def put(self, function: Callable[..., Any], *more: Any) -> np.ndarray:
        """Return what one of the method's functions answers, in float64."""
        with float64():
            return np.asarray(
                function(self.problem, self.settings, self.params, self.points, *more)
            )

    def posterior(self, what: str, choose: Callable[[Posterior], Any], instead: str) -> Any:
        """Return a function of the method's posterior, refusing where there is none."""
        found = None if self.method.posterior is None else choose(self.method.posterior)
        if found is None:
            raise BadConfig(f"method '{self.method.name}' gives no {what}.", instead)
        return found


def question(result: Result, points: Any) -> Question:
    """Return a result ready to be asked at points: [n] or [n, d].

    Raises
    ------
    BadData : points of the wrong shape, or not finite; a result that holds no solution.
    BadArchive : the problem came from a file of the user's that may not be executed.
    """
    problem = result.built
    grid = checked_points(points, len(problem.domain.axes))
    if result.params is None:
        raise BadData(
            f"this result ({result.status.name}) holds nothing to predict from.",
            result.status.advice,
        )
    method = methods.get(result.method, problem.kind)
    settings = config.build(method.config, result.settings)
    return Question(method, problem, settings, result.params, grid)


def predict(result: Result, points: Any) -> Float[np.ndarray, "n k"]:
    """Return the solved fields (`Result.predict`)."""
    asked = question(result, points)
    return asked.put(asked.method.evaluate)


def derivative(result: Result, points: Any, name: str) -> Float[np.ndarray, " n"]:
    """Return one derivative of a field (`Result.derivative`)."""
    asked = question(result, points)
    check_name(name, asked.problem)
    instead = "take differences of what `predict` returns"
    if asked.problem.kind == "equation":
        instead += ", or solve with method 'gp'"
    return asked.put(asked.posterior("derivatives", lambda p: p.derivative, instead), name)


def std(result: Result, points: Any) -> Float[np.ndarray, "n k"]:
    """Return standard deviations of the fields (`Result.std`)."""
    asked = question(result, points)
    instead = _instead(asked.problem)
    return asked.put(asked.posterior("standard deviations", lambda p: p.deviation, instead))


def sample(result: Result, points: Any, count: int, seed: int) -> Float[np.ndarray, "count n k"]:
    """Return draws of the fields (`Result.sample`)."""
    asked = question(result, points)
    function = asked.posterior("samples", lambda p: p.sample, _instead(asked.problem))
    for name, value, low, high in (("count", count, 1, 2**31), ("seed", seed, 0, 2**32)):
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value < high:
            raise BadConfig(
                f"{name} is {value!r}.", f"give a whole number from {low} to {high - 1}"
            )
    return asked.put(function, count, seed)


def _instead(problem: AnyProblem) -> str:
    """What to do where a method does not know how sure it is."""
    if problem.kind == "equation":
        return "solve with a method that is a probabilistic model, such as 'gp'"
    if problem.kind == "quantum dynamics":
        return "the estimated error of ψ is `metrics['error_estimate']`"
    if problem.kind == "condensate":
        return "the error bar of μ is in `value`"
    return "the error bars of bound states are in `value`"


def check_name(name: str, problem: AnyProblem) -> None:
    """Raise BadData unless a jet name ("u", "u_x", "u_xt") is of a problem's fields and axes."""
    fields, axes = problem.fields, problem.domain.axes
    field, mark, letters = name.partition("_")
    if field in fields and bool(mark) == bool(letters) and all(c in axes for c in letters):
        return
    examples = [f"{f}{end}" for f in fields for end in ("", *(f"_{a}" for a in axes))]
    seconds = [f"{f}_{a}{b}" for f in fields for a in axes for b in axes]
    raise BadData(
        f"there is no derivative '{name}' of '{problem.name}'. "
        f"{did_you_mean(name, [*examples, *seconds])}".rstrip(),
        f"name it field_axes: fields {list(fields)}, axes {list(axes)}, "
        f"for example '{fields[0]}_{axes[0]}' or '{fields[0]}_{axes[-1] * 2}'",
    )


def problem_or_none(result: Result) -> AnyProblem | None:
    """Return a result's problem, or None where it may not or cannot be rebuilt."""
    try:
        return result.built
    except (BadArchive, BadConfig):
        return None


def checked_points(points: Any, dimension: int) -> Float[np.ndarray, "n d"]:
    """Return points as a float64 array [n, dimension]; on a line [n] will do.

    Raises
    ------
    BadData : no numbers, another shape, or not finite.
    """
    try:
        grid = np.asarray(points, dtype=float)
    except (TypeError, ValueError) as error:
        raise BadData("the points are no array of numbers.", "give [n, d] numbers") from error
    if dimension == 1 and grid.ndim == 1:
        grid = grid[:, None]
    if grid.ndim != 2 or grid.shape[1] != dimension:
        wanted = "[n] or [n, 1]" if dimension == 1 else f"[n, {dimension}]"
        raise BadData(f"the points have shape {grid.shape}.", f"give an array {wanted}")
    if not np.all(np.isfinite(grid)):
        raise BadData("some points are not finite.", "give finite coordinates")
    return grid
