"""From visits to rates: the network alone, refined, from files and from the command line."""

import json

import numpy as np
import pytest
from scipy.linalg import expm

import mjp
from sciml.cli import run as cli
from sciml.errors import BadConfig, BadData
from sciml.jumps import generator

Q = generator(np.array([[0, 1.0, 0.0], [0.3, 0, 0.6], [0.0, 0.8, 0]]))
TIMES = np.linspace(0, 6, 25)


def simulated(paths, flips=0.0, seed=0):
    """Labels [paths, 25] of the chain Q, seen at TIMES."""
    rng = np.random.default_rng(seed)
    p = np.cumsum(expm(Q * (TIMES[1] - TIMES[0])), axis=1)
    states = np.zeros((paths, len(TIMES)), int)
    states[:, 0] = rng.integers(0, 3, paths)
    for k in range(1, len(TIMES)):
        u = rng.random(paths)
        states[:, k] = np.minimum((u[:, None] > p[states[:, k - 1]]).sum(1), 2)
    wrong = rng.random(states.shape) < flips
    return np.where(wrong, (states + rng.integers(1, 3, states.shape)) % 3, states)


def off(q):
    return np.asarray(q)[~np.eye(3, dtype=bool)]


@pytest.mark.parametrize("refine", ["none", "ml", "map", "mcmc"])
def test_rates_are_found_with_honest_intervals(refine):
    found = mjp.infer(simulated(400), TIMES, refine=refine)
    assert found.status.ok
    value = found.value
    assert np.sqrt(np.mean((off(value["rates"]) - off(Q)) ** 2)) < 0.06
    inside = (off(value["lower"]) <= off(Q)) & (off(Q) <= off(value["upper"]))
    assert inside.sum() >= 4
    assert value["link_probability"][0][2] < 0.5 < value["link_probability"][0][1]
    assert value["noise"] < 0.01
    np.testing.assert_allclose(np.sum(value["rates"], axis=1), 0, atol=1e-6)


def test_how_rates_are_obtained_depends_on_how_much_data_there_are():
    told = [mjp.infer(simulated(k), TIMES).value["obtained"] for k in (2, 400, 9000)]
    assert told == ["network", "network and maximum posterior", "maximum likelihood"]


def test_the_likelihood_believes_wrong_labels_only_on_strong_evidence():
    clean = mjp.infer(simulated(300), TIMES, refine="ml")
    wrong = mjp.infer(simulated(300, flips=0.03), TIMES, refine="ml")
    assert clean.value["noise"] == 0.0
    assert wrong.value["noise"] == pytest.approx(0.03, abs=0.01)


@pytest.mark.parametrize("flips", [0.0, 0.05])
def test_the_answer_is_nearly_as_likely_as_the_likeliest(flips):
    paths = simulated(60, flips=flips)
    best = mjp.infer(paths, TIMES, refine="ml").value["loglik"]
    told = mjp.infer(paths, TIMES).value
    assert told["obtained"] != "maximum likelihood"
    assert best - 12 < told["loglik"] <= best + 1e-6
    assert mjp.infer(paths, TIMES, refine="none").value["loglik"] is None


def test_the_log_likelihood_of_clean_labels_is_given_the_first_visits():
    """As of two states, in closed form: the sum of log P over the pairs of visits."""
    rng = np.random.default_rng(5)
    labels = (rng.random((50, 2)) < [[0.5, 0.3]]).astype(int)
    found = mjp.infer(labels, np.array([0.0, 1.0]), refine="ml", noise="none")
    q = np.asarray(found.value["rates"])
    total = q[0, 1] + q[1, 0]
    gone = np.array([q[0, 1], q[1, 0]]) / total * (1 - np.exp(-total))
    p = np.where(labels[:, 0] == labels[:, 1], 1 - gone[labels[:, 0]], gone[labels[:, 0]])
    assert found.value["loglik"] == pytest.approx(np.log(p).sum(), abs=1e-6)


def test_wrong_labels_are_noticed():
    found = mjp.infer(simulated(400, flips=0.05), TIMES)
    assert found.value["noise"] == pytest.approx(0.05, abs=0.01)
    assert np.sqrt(np.mean((off(found.value["rates"]) - off(Q)) ** 2)) < 0.12


@pytest.mark.parametrize("refine", ["none", "ml"])
def test_the_unit_of_time_and_the_names_of_states_do_not_matter(refine):
    paths = simulated(60)
    one = mjp.infer(paths, TIMES, refine=refine)
    day = mjp.infer(paths, TIMES * 365.25, refine=refine)
    np.testing.assert_allclose(
        np.array(day.value["rates"]) * 365.25, one.value["rates"], rtol=1e-5, atol=1e-6
    )
    order = np.array([2, 0, 1])
    other = mjp.infer(order[paths], TIMES, refine=refine)
    moved = np.array(other.value["rates"])[np.ix_(order, order)]
    np.testing.assert_allclose(moved, one.value["rates"], rtol=1e-5, atol=1e-6)


def test_links_that_cannot_be_have_no_rate():
    found = mjp.infer(simulated(100), TIMES, links=["0>1", "1>0", "1>2", "2>1"])
    assert found.value["rates"][0][2] == found.value["upper"][0][2] == 0.0


def test_the_same_seed_gives_the_same_result():
    a, b = (mjp.infer(simulated(20), TIMES, seed=3).to_dict()["value"] for _ in range(2))
    assert a == b


def test_occupancy_is_predicted():
    found = mjp.infer(simulated(200), TIMES)
    p = found.predict(np.array([0.0, 2.0, 50.0]))
    assert p.shape == (3, 3)
    np.testing.assert_allclose(p.sum(1), 1.0, atol=1e-6)
    np.testing.assert_allclose(p[-1], found.value["stationary"], atol=1e-3)


def table(path, paths=30):
    rows = [
        f"{k},{t},{'abc'[s]}"
        for k, p in enumerate(simulated(paths))
        for t, s in zip(TIMES, p, strict=True)
    ]
    path.write_text("id,years,stage\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_a_table_is_read_on_the_command_line(tmp_path, capfd):
    source = table(tmp_path / "visits.csv")
    code = cli(["infer", str(source), "--json", "-q", "--store", str(tmp_path / "runs")])
    found = json.loads(capfd.readouterr().out)
    assert code == 0
    assert found["value"]["states"] == ["a", "b", "c"]
    for name in ("rates", "lower", "upper", "link_probability", "initial", "noise", "loglik"):
        assert name in found["value"]
    for name in ("stationary", "relaxation_times", "mfpt", "entropy_production"):
        assert name in found["value"]
    assert cli(["infer", str(source), "-q", "--store", str(tmp_path / "runs")]) == 0
    assert "a > b" in capfd.readouterr().out


def changed(rows):
    return "id,years,stage\n" + "\n".join(rows)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        (changed(["1,0,a", "1,0,b"]), "is given twice"),
        (changed(["1,2,a", "1,1,b"]), "comes after a later one"),
        (changed(["1,0,a", "2,0,b"]), "seen once only"),
        (changed(["1,0,a", "1,1,a"]), "only the state 'a'"),
        (changed(["1,,a", "1,1,b"]), "is nan"),
        (changed(["1,0,1.5", "1,1,2"]), "no whole number"),
        (changed(["1,0,a", "1,1,d", "1,2,b"]), "leaves the absorbing state 'd'"),
        ("x,y\n1,2\n", "no column of 'bad.csv' is plainly the time"),
    ],
)
def test_bad_tables_get_one_clear_line(tmp_path, text, said):
    path = tmp_path / "bad.csv"
    path.write_text(text, encoding="utf-8")
    absorbing = ["d"] if "d" in said and "leaves" in said else []
    with pytest.raises(BadData, match=said):
        mjp.infer(path, absorbing=absorbing)


def test_bad_arguments_get_one_clear_line(tmp_path):
    with pytest.raises(BadData, match="not in the list"):
        mjp.infer(simulated(5), TIMES, states=["0", "1"])
    with pytest.raises(BadData, match="names 'x'"):
        mjp.infer(simulated(5), TIMES, links=["0>x"])
    with pytest.raises(BadConfig, match="refine is 'maybe'"):
        mjp.infer(simulated(5), TIMES, refine="maybe")
    with pytest.raises(BadData, match="there is no file"):
        mjp.infer(tmp_path / "none.csv")


def test_more_states_than_served_are_left_to_the_likelihood():
    rng = np.random.default_rng(0)
    paths = np.cumsum(rng.integers(0, 2, (40, 30)), axis=1) % 13
    found = mjp.infer(paths, np.arange(30.0))
    assert found.value["link_probability"] is None
    assert any("maximum likelihood alone" in w for w in found.warnings)


def test_the_dead_may_be_reported_dead_again_and_only_the_entry_is_dated():
    rows = [("1", 0.0, "well"), ("1", 1.3, "dead"), ("1", 2.0, "dead"), ("2", 0.0, "well")]
    rows += [("2", 2.5, "well"), ("3", 0.0, "well"), ("3", 0.4, "dead")]
    subject, time, state = map(list, zip(*rows, strict=True))
    found = mjp.infer(
        {"subject": subject, "time": time, "state": state}, absorbing=["dead"], exact=["dead"]
    )
    assert found.value["obtained"] == "maximum likelihood"
    rate = found.value["rates"][1][0]
    assert rate == pytest.approx(2 / (1.3 + 2.5 + 0.4), rel=1e-4)  # deaths over years at risk


def test_the_start_decides_between_two_ends():
    rng = np.random.default_rng(0)
    ends = {"left": ["near left", "left"], "right": ["near right", "right"]}
    paths = [ends["left" if rng.random() < 0.9 else "right"] for _ in range(200)]
    found = mjp.infer(
        [(np.array([0.0, 1.0]), p) for p in paths],
        absorbing=["left", "right"],
        links=["near left>left", "near right>right"],
        refine="ml",
    )
    law = dict(zip(found.value["states"], found.value["stationary"], strict=True))
    share = np.mean([p[1] == "left" for p in paths])
    assert law["left"] == pytest.approx(share, abs=0.03)
    assert law["left"] + law["right"] == pytest.approx(1.0)


def test_a_stored_run_is_shown_as_it_was(tmp_path, capfd):
    store = str(tmp_path / "runs")
    source = table(tmp_path / "visits.csv")
    assert cli(["infer", str(source), "-q", "--store", store]) == 0
    shown = capfd.readouterr().out
    (run,) = (tmp_path / "runs").glob("*visits*")
    assert cli(["runs", "show", str(run)]) == 0
    assert capfd.readouterr().out.splitlines()[:-2] == shown.splitlines()[:-2]
    assert cli(["solve", "two_state_switch", "-q", "--store", store]) == 0
    assert "off > on" in capfd.readouterr().out
