"""The likelihood of a jump process as a function of one vector of free parameters."""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Bool, Float, Int

from mjp.likelihood.batches import batches
from mjp.likelihood.chain import check_possible, transitions
from mjp.likelihood.noise import Noise, clean, flips
from mjp.likelihood.parameters import (
    Data,
    Parameters,
    Setting,
    compiled_laws,
    value_and_gradient,
    values_and_gradients,
)
from mjp.likelihood.sojourn import Sojourn, sojourn
from sciml.errors import BadData, BadProblem
from sciml.precision import float64
from sciml.visits import Visits

LEAST_JUMPS = 1e-6
"""expected jumps along a link at its least rate"""
FASTEST = 1e4
"""largest rate, in jumps per mean holding time"""
LEAST_LOGIT = -14.0
"""least logit of a misreport (a probability of 1e-6)"""


@dataclass(frozen=True, eq=False)
class Model:
    """Visits, and what may and may not be assumed about them: a log-likelihood.

    The vector theta of free parameters holds log(q_ij tau) of the allowed links in row order;
    then the logit of the flip rate, or the logits of the misreports in row order; then n - 1
    logits of the initial law relative to its last state. Rates in units of 1/tau make theta
    independent of the unit of time, but for tau itself.

    Attributes
    ----------
    visits : the observations.
    allowed : which jumps may exist, [n, n].
    noise : how states are misreported.
    sojourn : what was seen of jumps and holding times, and tau.
    setting : the same as arrays.
    data : numbers of transitions (clean labels), or padded batches of labels.
    law : the initial law where it is not a free parameter, [n]; None: it is.
    constant : log-likelihood of what does not depend on theta: the first of the clean labels, and
        the densities' change of unit from 1/tau.
    """

    visits: Visits
    allowed: Bool[np.ndarray, "n n"]
    noise: Noise
    sojourn: Sojourn
    setting: Setting
    data: tuple[Data, ...]
    law: Float[np.ndarray, " n"] | None
    constant: float

    @property
    def tau(self) -> float:
        """The unit of time of the parameters: the mean time between changes of the label."""
        return self.sojourn.tau

    @property
    def states(self) -> int:
        """Number of states n."""
        return len(self.allowed)

    @property
    def links(self) -> tuple[Int[np.ndarray, " m"], Int[np.ndarray, " m"]]:
        """Sources and targets of the allowed links, in the order of theta."""
        source, target = np.nonzero(self.allowed)
        return source, target

    @property
    def misreports(self) -> tuple[Int[np.ndarray, " k"], Int[np.ndarray, " k"]]:
        """Places of the free noise logits in `Parameters.noise`."""
        if self.noise.kind == "uniform":
            return np.zeros(1, int), np.zeros(1, int)
        if self.noise.kind == "pattern":
            source, target = np.nonzero(np.asarray(self.setting.pattern))
            return source, target
        return np.zeros(0, int), np.zeros(0, int)

    @property
    def parts(self) -> tuple[slice, slice, slice]:
        """The places of log rates, noise logits and initial logits in theta."""
        a = len(self.links[0])
        b = a + len(self.misreports[0])
        return slice(0, a), slice(a, b), slice(b, b + (self.states - 1 if self.law is None else 0))

    @property
    def size(self) -> int:
        """Number of free parameters."""
        return self.parts[2].stop

    @property
    def bounds(self) -> tuple[Float[np.ndarray, " p"], Float[np.ndarray, " p"]]:
        """Least and largest theta: rates up to FASTEST / tau, misreports no likelier than truth."""
        low, high = np.full(self.size, -30.0), np.full(self.size, 30.0)
        rates, noise, _ = self.parts
        held = self.sojourn.held[self.links[0]] / self.tau
        low[rates], high[rates] = np.log(LEAST_JUMPS / held), np.log(FASTEST)
        low[rates] = np.minimum(low[rates], np.log(LEAST_JUMPS))
        low[noise], high[noise] = LEAST_LOGIT, 0.0
        return low, high

    def parameters(self, theta: Float[np.ndarray, "... p"]) -> Parameters:
        """Return all parameters, with those that are not free at their known values."""
        theta = np.asarray(theta, float)
        lead, n = theta.shape[:-1], self.states
        rates, noise, initial = (theta[..., part] for part in self.parts)
        log_rates = np.zeros((*lead, n, n))
        log_rates[..., *self.links] = rates
        side = 1 if self.noise.kind == "uniform" else n
        logits = np.zeros((*lead, side, side))
        logits[..., *self.misreports] = noise
        law = np.zeros((*lead, n))
        if self.law is None:
            law[..., :-1] = initial
        else:
            law[...] = np.log(np.maximum(self.law, 1e-300))
        return Parameters(log_rates, logits, law)

    def unpack(
        self, theta: Float[np.ndarray, " p"]
    ) -> tuple[Float[np.ndarray, "n n"], Float[np.ndarray, "n n"], Float[np.ndarray, " n"]]:
        """Return rate matrix (per unit of time), misclassification matrix and initial law."""
        with float64():
            q, e, pi = compiled_laws(self.parameters(theta), self.setting, self.noise.kind)
            return np.asarray(q) / self.tau, np.asarray(e), np.asarray(pi)

    def pack(
        self,
        rates: Float[np.ndarray, "n n"],
        flip: float = 0.02,
        initial: Float[np.ndarray, " n"] | None = None,
    ) -> Float[np.ndarray, " p"]:
        """Return the theta of these rates (per unit of time), of misreports and an initial law.

        Parameters
        ----------
        rates : off-diagonal rates; those that theta cannot hold are moved to the nearest it can.
        flip : probability that a label is wrong, spread over the misreports that may happen.
        initial : initial law; None: smoothed frequencies of the first labels.
        """
        theta = np.zeros(self.size)
        low, high = self.bounds
        part = self.parts
        theta[part[0]] = np.log(np.maximum(np.asarray(rates)[self.links] * self.tau, 1e-300))
        if self.noise.kind == "uniform":
            theta[part[1]] = np.log(flip / (1 - flip))
        elif self.noise.kind == "pattern":
            ways = np.maximum(self.setting.pattern.sum(1), 1)[self.misreports[0]]
            theta[part[1]] = np.log(flip / ((1 - flip) * ways))
        if self.law is None:
            law = np.log(first_law(self.visits) if initial is None else np.maximum(initial, 1e-12))
            theta[part[2]] = law[:-1] - law[-1]
        return np.clip(theta, low, high)

    def value_and_gradient(
        self, theta: Float[np.ndarray, "*C p"]
    ) -> tuple[Float[np.ndarray, "*C"], Float[np.ndarray, "*C p"]]:
        """Return log-likelihood and gradient at one theta, or at each row of several."""
        evaluate = value_and_gradient if np.ndim(theta) == 1 else values_and_gradients
        parameters = self.parameters(theta)
        with float64():
            found = [evaluate(parameters, self.setting, d, self.noise.kind) for d in self.data]
            values = np.sum([np.asarray(value) for value, _ in found], axis=0)
            full = [np.sum([np.asarray(g[k]) for _, g in found], axis=0) for k in range(3)]
        gradient = np.concatenate(
            [full[0][..., *self.links], full[1][..., *self.misreports]]
            + ([full[2][..., :-1]] if self.law is None else []),
            axis=-1,
        )
        return np.asarray(values + self.constant), gradient

    def log_likelihood(self, theta: Float[np.ndarray, " p"]) -> float:
        """Return the log-likelihood; each exact entry counts as a density per unit of time."""
        return float(self.value_and_gradient(np.asarray(theta, float))[0])


def first_law(visits: Visits) -> Float[np.ndarray, " n"]:
    """Return the frequencies of the first labels, with 1/n added to each count."""
    n = len(visits.states)
    counts = np.bincount(visits.labels[visits.starts[:-1]], minlength=n) + 1.0 / n
    return counts / counts.sum()


def model(
    visits: Visits,
    allowed: Bool[np.ndarray, "n n"] | None = None,
    *,
    noise: Noise | None = None,
    initial: Float[np.ndarray, " n"] | None = None,
    certain: Bool[np.ndarray, " n"] | None = None,
) -> Model:
    """Return the model of these visits.

    Parameters
    ----------
    visits : the observations. States with exact entries should be absorbing (or seen to be left):
        the density of entries has no bound if a state may be entered and left ever faster.
    allowed : which jumps i -> j may exist; None: all.
    noise : how states are misreported; None: never.
    initial : law of the state at first visits; None: inferred (for clean labels, the smoothed
        frequencies of the first labels).
    certain : states that are never reported as another, nor another as one of them (deaths);
        None: those with exact entries. A fixed misclassification matrix has its own word on it.

    Raises
    ------
    BadData : no subject is seen twice; clean labels that contradict `allowed`.
    BadProblem : arrays of the wrong shape, or no allowed link at all.
    """
    n = len(visits.states)
    allowed = np.ones((n, n), bool) if allowed is None else np.asarray(allowed, bool)
    noise = clean() if noise is None else noise
    for name, array, shape in (
        ("allowed", allowed, (n, n)),
        ("initial", initial, (n,)),
        ("certain", certain, (n,)),
        ("the misclassification matrix", noise.matrix, (n, n)),
        ("the pattern of misreports", noise.pattern, (n, n)),
    ):
        if array is not None and np.shape(array) != shape:
            raise BadProblem(f"{name} has shape {np.shape(array)}.", f"give shape {shape}")
    allowed = allowed & ~np.eye(n, dtype=bool)
    if not allowed.any():
        raise BadProblem("no jump is allowed.", "allow at least one link")
    if visits.lengths.max() < 2:
        raise BadData("no subject is seen twice.", "give two visits or more of some subject")
    if certain is None:
        certain = np.zeros(n, bool)
        if visits.exact is not None:
            certain[np.unique(visits.labels[visits.exact])] = True
    seen = sojourn(visits)
    law = None if initial is None else np.asarray(initial, float)
    if noise.kind == "clean":
        check_possible(visits, allowed)
        law = first_law(visits) if law is None else law
    setting = _setting(allowed, noise, np.asarray(certain, bool))
    with float64():
        data: tuple[Data, ...]
        if noise.kind == "clean":
            data = (transitions(visits, seen.tau),)
        else:
            data = batches(visits, seen.tau)
        data, setting = jax.device_put((data, setting))
    constant = -_entries(visits) * np.log(seen.tau)
    if noise.kind == "clean" and law is not None:
        first = visits.labels[visits.starts[:-1]]
        constant += np.log(np.maximum(law[first], 1e-300)).sum()
    return Model(visits, allowed, noise, seen, setting, data, law, float(constant))


def _entries(visits: Visits) -> int:
    """Return the number of exact entries after the first visit of a subject."""
    if visits.exact is None:
        return 0
    return int(visits.exact.sum() - visits.exact[visits.starts[:-1]].sum())


def _setting(
    allowed: Bool[np.ndarray, "n n"], noise: Noise, certain: Bool[np.ndarray, " n"]
) -> Setting:
    n = len(allowed)
    off = ~np.eye(n, dtype=bool) & ~certain[:, None] & ~certain[None, :]
    pattern = np.zeros((n, n), bool) if noise.pattern is None else noise.pattern & off
    matrix = np.eye(n) if noise.matrix is None else noise.matrix
    if noise.rate is not None:
        with float64():
            matrix = np.asarray(flips(noise.rate, jnp.asarray(certain)))
    return Setting(allowed, pattern, certain, matrix)
