"""Jump processes of physics, cells and patients, each with data: paths seen at visits.

The truth is kept for scoring only. Labels are replaced by another state, any of them alike,
with probability `noise`, but for patients (see `problems.panel`).
"""

from __future__ import annotations

import numpy as np

from problems.jumps import TAGS, numbered
from problems.panel import observed
from problems.parameters import at_least, not_negative, positive
from sciml.errors import BadProblem
from sciml.jumps import JumpProcess, generator
from sciml.registry import register

RATCHET = (
    "D. Berghaus, K. Cvejoski, P. Seifner, C. Ojeda and R. J. Sánchez, NeurIPS 2024, "
    "arXiv 2406.06419"
)
COLQUHOUN = "D. Colquhoun and A. G. Hawkes, Proc. R. Soc. B 199, 231 (1977)"
NOE = "F. Noé, I. Horenko, C. Schütte and J. C. Smith, J. Chem. Phys. 126, 155102 (2007)"
JACKSON = "C. H. Jackson, J. Stat. Softw. 38, 8 (2011)"


@register("flashing_ratchet", aliases=("dfr",), tags=(*TAGS, "driven", "six-states"))
def flashing_ratchet(
    V: float = 1.0,
    r: float = 1.0,
    b: float = 1.0,
    paths: int = 300,
    points: int = 100,
    t_end: float = 2.5,
    noise: float = 0.0,
    irregular: bool = False,
    data_seed: int = 0,
) -> JumpProcess:
    """A ratchet whose potential flashes: q(i → j) = exp(−V (j − i) / 2) while on, b while off.

    States 0, 1, 2 have the potential on, 3, 4, 5 off; it is switched, i ↔ i + 3, at rate r. Paths
    start in the stationary law. Entropy production at V = 0, 1, 2, 3: 0, .1792, .5656, .9927.

    Parameters
    ----------
    V : step of the potential, in units of k_B T.
    r, b : r > 0 of switching and b > 0 of free jumps, in 1/time.
    paths, points, t_end : visits of each path, from 0 to t_end.
    noise : probability of a wrong label.
    irregular : visits at random times, each path at its own.
    data_seed : of paths, times and noise.

    Good values
    -----------
    V from 0 to 3: the fastest rate is exp(V).

    Reference
    ---------
    D. Berghaus et al., NeurIPS 2024, arXiv 2406.06419; A. Ajdari and J. Prost, C. R. Acad. Sci.
    Paris II 315, 1635 (1992).
    """
    not_negative("flashing_ratchet", V=V)
    positive("flashing_ratchet", r=r, b=b)
    place = np.arange(3)
    rates = np.zeros((6, 6))
    rates[:3, :3] = np.exp(-V * (place - place[:, None]) / 2)
    rates[3:, 3:] = b
    rates += r * (np.eye(6, k=3) + np.eye(6, k=-3))
    return observed(
        JumpProcess(
            name="flashing_ratchet", states=numbered(6), rates=generator(rates), citation=RATCHET
        ),
        paths=paths,
        points=points,
        t_end=t_end,
        noise=noise,
        irregular=irregular,
        seed=data_seed,
    )


@register("ion_channel", aliases=("channel",), tags=(*TAGS, "cell", "driven"))
def ion_channel(
    opening: float = 0.8,
    closing: float = 0.3,
    inactivation: float = 0.5,
    recovery: float = 0.1,
    paths: int = 50,
    points: int = 200,
    t_end: float = 50.0,
    noise: float = 0.02,
    irregular: bool = False,
    data_seed: int = 0,
) -> JumpProcess:
    """A channel: q(C → O) = α, q(O → C) = β, q(O → I) = γ, q(I → C) = δ; time in ms.

    Closed, open and inactivated; it recovers by closing, never by opening again, so that the
    cycle C → O → I → C has no way back and an infinite entropy production.

    Parameters
    ----------
    opening, closing : α > 0 and β > 0, in 1/ms.
    inactivation, recovery : γ > 0 and δ > 0, in 1/ms.
    paths, points, t_end : samples of each record, from 0 to t_end in ms.
    noise : probability of a wrong label, by the noise of the current.
    irregular : samples at random times, each path at its own.
    data_seed : of paths, times and noise.

    Good values
    -----------
    Samples every 0.25 ms at the default rates, which are of the order of a sodium channel's
    at rest.

    Reference
    ---------
    D. Colquhoun and A. G. Hawkes, Proc. R. Soc. B 199, 231 (1977).
    """
    positive(
        "ion_channel",
        opening=opening,
        closing=closing,
        inactivation=inactivation,
        recovery=recovery,
    )
    rates = np.array([[0, opening, 0], [closing, 0, inactivation], [recovery, 0, 0]])
    return observed(
        JumpProcess(
            name="ion_channel",
            states=("closed", "open", "inactivated"),
            rates=generator(rates),
            initial=np.array([1.0, 0.0, 0.0]),
            unit="ms",
            citation=COLQUHOUN,
        ),
        paths=paths,
        points=points,
        t_end=t_end,
        noise=noise,
        irregular=irregular,
        seed=data_seed,
    )


@register("conformations", aliases=("molecule",), tags=(*TAGS, "reversible", "six-states"))
def conformations(
    attempt: float = 2.0,
    energies: tuple[float, ...] = (0.0, 0.8, 1.5, 0.4, 1.2, 2.0),
    saddle: float = 4.0,
    outer: float = 1.0,
    paths: int = 100,
    points: int = 100,
    t_end: float = 50.0,
    noise: float = 0.0,
    irregular: bool = False,
    data_seed: int = 0,
) -> JumpProcess:
    """A molecule with two groups of three conformations: q(i → j) = k exp(−(B_ij − F_i)).

    F are free energies and B = B_ji those of the saddles between: detailed balance holds, the
    stationary law is π_i ∝ exp(−F_i), and the saddle between the groups sets the slowest time.
    States 0, 1, 2 and 3, 4, 5 are linked among themselves; 2 ↔ 3 is the only way across. Time
    in µs.

    Parameters
    ----------
    attempt : k > 0, in 1/µs.
    energies : F of the six conformations, in k_B T.
    saddle : B of the way across, in k_B T.
    outer : height of the other saddles above the higher of their two conformations, in k_B T.
    paths, points, t_end : frames of each trajectory, from 0 to t_end in µs.
    noise : probability of a wrong label.
    irregular : frames at random times, each path at its own.
    data_seed : of paths, times and noise.

    Good values
    -----------
    saddle from 3 to 6: above, hardly a path crosses within t_end. Gaps t_end / (points − 1) up to
    1 / k.

    Reference
    ---------
    F. Noé, I. Horenko, C. Schütte and J. C. Smith, J. Chem. Phys. 126, 155102 (2007).
    """
    positive("conformations", attempt=attempt)
    free = np.array(energies, float)
    if free.shape != (6,) or not np.all(np.isfinite(free)):
        raise BadProblem(
            f"parameter 'energies' of 'conformations' is {energies}.", "give six finite numbers"
        )
    links = np.kron(np.eye(2), np.ones((3, 3))).astype(bool) & ~np.eye(6, dtype=bool)
    barriers = np.maximum(free[:, None], free) + outer
    links[[2, 3], [3, 2]], barriers[[2, 3], [3, 2]] = True, saddle
    rates = np.where(links, attempt * np.exp(free[:, None] - barriers), 0.0)
    return observed(
        JumpProcess(
            name="conformations",
            states=("A1", "A2", "A3", "B1", "B2", "B3"),
            rates=generator(rates),
            unit="µs",
            citation=NOE,
        ),
        paths=paths,
        points=points,
        t_end=t_end,
        noise=noise,
        irregular=irregular,
        seed=data_seed,
    )


@register("illness_death", aliases=("disease",), tags=(*TAGS, "patients", "absorbing"))
def illness_death(
    stages: int = 3,
    progression: float = 0.25,
    recovery: float = 0.05,
    mortality: float = 0.03,
    misreported: float = 0.0,
    paths: int = 300,
    points: int = 8,
    t_end: float = 10.0,
    irregular: bool = True,
    data_seed: int = 0,
) -> JumpProcess:
    """A disease that progresses: q(s → s + 1) = λ, q(s → s − 1) = ρ, q(s → death) = μ 2^s.

    Stages are s = 0 ("well"), 1, …; death absorbs and is dated exactly, jumps over a stage are
    known not to exist. All are well at t = 0. Time in years.

    Parameters
    ----------
    stages : number of living states, 2 to 4.
    progression : λ > 0, in 1/year.
    recovery : ρ ≥ 0, in 1/year; without it, links back are known not to exist.
    mortality : μ > 0 of the well, in 1/year; it doubles with each stage.
    misreported : probability that a living state is reported as each of its neighbours.
    paths, points, t_end : visits of each patient, from 0 to t_end in years, fewer after death.
    irregular : visits at random times, each patient at their own.
    data_seed : of paths, times and noise.

    Good values
    -----------
    misreported up to 0.1; progression and mortality such that t_end sees both.

    Reference
    ---------
    C. H. Jackson, J. Stat. Softw. 38, 8 (2011).
    """
    at_least("illness_death", 2, stages=stages)
    if stages > 4:
        raise BadProblem(f"parameter 'stages' of 'illness_death' is {stages}.", "give 2, 3 or 4")
    positive("illness_death", progression=progression, mortality=mortality)
    not_negative("illness_death", recovery=recovery, misreported=misreported)
    if misreported > 0.25:
        raise BadProblem(
            f"parameter 'misreported' of 'illness_death' is {misreported}.", "give 0 to 0.25"
        )
    n = stages + 1
    rates = progression * np.eye(n, k=1) + recovery * np.eye(n, k=-1)
    rates[:, -1], rates[-1] = mortality * 2.0 ** np.arange(n), 0.0
    np.fill_diagonal(rates, 0.0)
    error = None
    if misreported > 0:
        beside = misreported * (np.eye(n, k=1) + np.eye(n, k=-1))
        beside[:, -1] = beside[-1] = 0.0
        error = beside + np.diag(1 - beside.sum(1))
    return observed(
        JumpProcess(
            name="illness_death",
            states=("well", "mild", "moderate", "severe")[:stages] + ("death",),
            rates=generator(rates),
            initial=np.eye(n)[0],
            misclassification=error,
            absorbing=("death",),
            entered_exactly=("death",),
            links=rates > 0,
            unit="years",
            citation=JACKSON,
        ),
        paths=paths,
        points=points,
        t_end=t_end,
        irregular=irregular,
        seed=data_seed,
    )
