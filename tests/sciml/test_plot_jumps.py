"""Pictures of jump processes: what is drawn, and that nothing covers anything."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.linalg import expm

from sciml import plot, plot_jumps, plot_network
from sciml.jumps import JumpProcess, generator
from sciml.occupancy import seen
from sciml.plot_page import WIDTH
from sciml.result import Result
from sciml.simulate_jumps import visits
from sciml.status import Status


def chain(n):
    return generator(2 * np.eye(n, k=1) + np.eye(n, k=-1))


def dense(n):
    return generator(np.random.default_rng(0).gamma(1.0, 1.0, (n, n)))


def result(rates, *, link=None, data=True, noise=0.0, names=None, arrays=None):
    n = len(rates)
    names = tuple(f"{i}" for i in range(n)) if names is None else names
    value = {
        "states": list(names),
        "rates": rates.tolist(),
        "lower": (0.8 * rates).tolist(),
        "upper": (1.2 * rates).tolist(),
        "level": 0.9,
        "link_probability": None if link is None else link.tolist(),
        "initial": np.eye(n)[0].tolist(),
        "noise": noise,
        "obtained": "network",
        "relaxation_times": [1.5],
        "slowest_interval": [1.2, 1.9],
    }
    if data:
        process = JumpProcess(states=names, rates=rates, initial=np.eye(n)[0])
        found = seen(visits(process, np.linspace(0, 3, 11), 200))
        value["occupancy"] = {
            k: getattr(found, k).tolist() for k in ("times", "parts", "subjects", "visits")
        }
    return Result(
        problem="p",
        spec="p",
        source="",
        parameters={},
        method="mjp",
        label="",
        settings={},
        seed=0,
        status=Status.CONVERGED,
        value=value,
        metrics={},
        arrays={"rates": rates} if arrays is None else arrays,
    )


@pytest.mark.parametrize("rates", [chain(2), chain(12), dense(3), dense(6), dense(12)])
def test_every_size_is_drawn_without_labels_on_each_other(rates, tmp_path):
    ax = result(rates).plot(tmp_path / "p.png")
    assert (tmp_path / "p.png").stat().st_size > 10_000
    assert ax.get_title(loc="left") == "p:  rates by network"
    network, over, slow = ax.child_axes
    n = len(rates)
    assert len([p for p in network.patches if p.get_label() == "link"]) == np.sum(rates > 0)
    assert [len(over.lines[i].get_xdata()) for i in (0,)] == [201]
    assert len(over.texts) == n
    assert [line.get_label() for line in slow.lines] == ["interval", "estimate"]
    renderer = network.get_figure(root=True).canvas.get_renderer()
    boxes = [t.get_window_extent(renderer) for t in network.texts]
    covered = sum(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
    assert covered == 0
    labels = [t.get_text() for t in network.texts[n:]]
    assert min(np.sum(rates > 0), 12) <= len(labels) <= plot_network.MOST
    if n == 2:
        assert labels == ["2.0\n[1.6, 2.4]", "1.0\n[0.80, 1.2]"]


def test_chains_lie_along_lines_and_other_networks_on_a_circle():
    order = np.array([2, 0, 3, 1])
    moved = chain(4)[np.ix_(order, order)]
    network = plot_jumps.network_of(result(moved))
    assert network.order in (tuple(np.argsort(order)), tuple(np.argsort(order)[::-1]))
    at, _ = plot_network.places(network, WIDTH)
    assert np.ptp(at[:, 1]) == 0
    long, _ = plot_network.places(plot_jumps.network_of(result(chain(12))), WIDTH)
    assert len(np.unique(long[:, 1])) == 2
    ring = generator(np.roll(np.eye(5), 1, axis=1))
    assert plot_jumps.network_of(result(ring)).order == ()


def test_doubtful_links_are_faint_and_carry_no_label():
    link = np.where(np.eye(3, k=2) + np.eye(3, k=-2) > 0, 0.2, 0.9)
    ax = result(dense(3), link=link).plot()
    network = ax.child_axes[0]
    assert len([p for p in network.patches if p.get_label() == "doubtful link"]) == 2
    assert len(network.texts) == 3 + 4
    assert "dashed" in network.get_title(loc="left")


def test_without_visits_only_the_prediction_is_drawn():
    bare = result(chain(3), data=False)
    told = plot_jumps.occupancies(bare)
    assert told.seen is None
    assert told.times[-1] == pytest.approx(7.5)
    np.testing.assert_allclose(told.predicted[-1], expm(7.5 * chain(3))[0], atol=1e-9)
    assert not bare.plot().child_axes[1].containers


def test_what_is_predicted_is_what_would_be_reported():
    told = plot_jumps.occupancies(result(chain(2), noise=0.1))
    np.testing.assert_allclose(told.predicted[0], [0.9, 0.1])


def test_draws_of_the_slowest_time_are_a_histogram_and_its_absence_is_said():
    draws = np.random.default_rng(0).normal(1.5, 0.1, 400)
    slow = result(chain(3), arrays={plot_jumps.SLOWEST: draws}).plot().child_axes[2]
    assert len(slow.patches) == 24
    kept = result(chain(3))
    none = replace(kept, value={**kept.value, "relaxation_times": [], "slowest_interval": None})
    assert [t.get_text() for t in none.plot().child_axes[2].texts] == ["none"]


def test_long_names_and_unbounded_intervals_are_drawn():
    rates = chain(3)
    kept = result(rates, names=("well", "mildly impaired beyond doubt", "dead"))
    upper = [[None if i != j else 0.0 for j in range(3)] for i in range(3)]
    ax = replace(kept, value={**kept.value, "upper": upper}).plot()
    texts = [t.get_text() for t in ax.child_axes[0].texts]
    assert "mildly impaired b…" in texts
    assert any(t.endswith("∞]") for t in texts)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (0.021, "0.021"), (0.3, "0.30"), (1.04, "1.0"), (12.3, "12"), (2e-5, "2e-5")],
)
def test_numbers_are_short(value, text):
    assert plot_network.number(value) == text


def test_a_result_without_finite_rates_is_refused():
    kept = result(chain(3))
    with pytest.raises(plot.BadData, match="holds no finite states"):
        replace(kept, value={}).plot()


def test_visits_far_apart_on_one_path_count_as_many():
    kept = result(chain(2))
    paths = {"times": [0.0, 50.0, 150.0], "parts": [[1.0, 0.0], [0.5, 0.5], [0.5, 0.5]]}
    counted = {"subjects": [1.0, 1.0, 1.0], "visits": [1.0, 20.0, 400.0]}
    told = plot_jumps.occupancies(replace(kept, value={**kept.value, "occupancy": paths | counted}))
    independent = np.array([1, 50 / 3, 100 / 3])
    np.testing.assert_allclose(told.errors[1:, 0], 0.5 / np.sqrt(independent[1:]), rtol=1e-6)
