"""A report is one page that stands alone: whole, escaped, with pictures whose ids never collide."""

import dataclasses
import re
from html.parser import HTMLParser

import numpy as np
import pytest

import sciml
from sciml.errors import BadArchive, BadConfig
from sciml.report.page import page, write
from sciml.report.problem import account
from sciml.result import Result
from sciml.status import Status

VOID = {"meta", "br", "link"}
HOSTILE = '<script>alert("1")</script> & `x`'


class Reader(HTMLParser):
    """The elements of a page in order, and whether each one that opens is closed."""

    def __init__(self, text):
        super().__init__()
        self.open, self.elements, self.words = [], [], []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)

    def named(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


def laws():
    """What a search for laws finds, written by hand."""
    system = {
        **{"name": "decay", "states": ["x"], "known": {"x": "-a*x"}, "params": {"a": 1.0}},
        **{"hidden": [{"name": "F", "adds_to": {"x": 1.0}, "inputs": ["x"]}], "bounds": {}},
        **{"free": [], "periodic": [], "walls": {}, "positive": [], "units": {}, "truth": {}},
    }
    entry = {"expressions": {"F": "-0.5*x**2"}, "weight": 0.9, "complexity": 5, "chi2": 9.0}
    other = {"expressions": {"F": "-0.4*x"}, "weight": 0.1, "complexity": 3, "chi2": 19.0}
    value = {
        "expressions": {"F": "-0.5*x**2"},
        "constants": [
            {"term": "F", "stands": "c0*x**2", "value": -0.5, "sd": 0.01}
            | {"lower": -0.52, "upper": -0.48, "unit": ""}
        ],
        "shortlist": [entry, other],
        "pareto": [{"complexity": 5, "chi2": 9.0, "score": 1.0, "expressions": ["-0.5*x**2"]}],
        "noise": {"x": 0.01},
        "next": {"why": "Measure x next at t = 4."},
        "system": system,
    }
    t = np.linspace(0, 1, 9)[:, None]
    arrays = {
        **{"data/points/0": t, "data/values/0": np.exp(-t), "fit/values/0": np.exp(-t)},
        **{"fit/times/0": t[:, 0], "fit/states/0": np.exp(-t), "hidden/points": t},
        **{name: -0.5 * t**2 for name in ("hidden/law", "hidden/network", "hidden/sd")},
    }
    return Result(
        **{"problem": "decay", "spec": "<python>:decay", "source": "", "parameters": {}},
        **{"method": "discover", "label": "a search", "settings": {}, "seed": 3},
        **{"status": Status.AMBIGUOUS, "value": value, "metrics": {"reduced_chi2": 1.1}},
        arrays=arrays,
    )


def visits():
    import mjp

    rng = np.random.default_rng(0)
    paths = [([0.0, 1.0, 2.0], rng.integers(0, 2, 3)) for _ in range(20)]
    return mjp.infer(paths, refine="none")


@pytest.fixture(scope="module")
def kinds():
    """A result of each kind."""
    return {
        "states": sciml.solve("finite_well", V0=20.0),
        "equation": sciml.solve("gp_u5", frequency=50.0, seed=2),
        "laws": laws(),
        "rates": visits(),
    }


@pytest.fixture(scope="module")
def several(kinds):
    """One page of all kinds, and of one of them twice."""
    return page([*kinds.values(), kinds["states"]])


def test_a_page_of_any_kind_is_well_formed_and_stands_alone(several):
    reader = Reader(several)
    assert not {"script", "link", "iframe", "img"} & {tag for tag, _ in reader.elements}
    for _, attributes in reader.elements:
        for name, value in attributes.items():
            if name in ("href", "xlink:href", "src"):
                assert value.startswith(("#", "data:image/png;base64,"))
            assert not name.startswith("on")
    assert "@import" not in several
    assert set(re.findall(r"url\((.)", several)) <= {"#"}
    assert len(reader.named("article")) == 5


def test_ids_are_unique_and_every_reference_has_its_target(several):
    reader = Reader(several)
    ids = [a["id"] for _, a in reader.elements if "id" in a]
    assert len(ids) == len(set(ids)) > 100
    named = re.findall(r'(?:href="#|url\(#)([^")]+)', several)
    for attributes in (a for _, a in reader.elements if "aria-labelledby" in a):
        named.append(attributes["aria-labelledby"])
    assert set(named) <= set(ids)


def test_a_page_reads_without_seeing(several):
    reader = Reader(several)
    assert reader.named("html") == [{"lang": "en"}]
    pictures = reader.named("svg")
    assert len(pictures) >= 5
    assert all(p["role"] == "img" and p["aria-labelledby"] for p in pictures)
    assert all("scope" in heading for heading in reader.named("th"))
    levels = [int(tag[1]) for tag, _ in reader.elements if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1
    assert all(b - a <= 1 for a, b in zip(levels, levels[1:], strict=False))


def test_a_page_says_what_was_solved_how_well_and_with_what(kinds):
    text = " ".join(Reader(page([kinds["states"]])).words)
    for part in ("−ψ″ + V ψ = E ψ", "height of V outside the well", "Griffiths", "CONVERGED"):
        assert part in text
    for energy in kinds["states"].value["energies"]:
        assert f"{energy:.12g}" in text
    assert "energy rel error" in text
    for version in kinds["states"].provenance["versions"].values():
        assert version in text
    if kinds["states"].provenance["commit"]:  # a source checkout
        assert "commit" in text
    assert "sciml solve finite_well -m ritz -p V0=20" in text
    assert "sciml.solve('finite_well', 'ritz', V0=20.0, seed=0)" in text


def test_laws_and_rates_are_told_with_what_is_doubtful(kinds):
    text = " ".join(Reader(page([kinds["laws"]])).words)
    for part in ("AMBIGUOUS", "x' = -a*x + F(x)", "-0.5 ± 0.01", "-0.52 … -0.48", "0.90"):
        assert part in text
    for part in ("Measure x next", "do not choose", "No reference is known", "TABLE.csv"):
        assert part in text
    text = " ".join(Reader(page([kinds["rates"]])).words)
    assert "0 > 1" in text
    assert f"{kinds['rates'].value['rates'][0][1]:.4g}" in text
    assert "60 visits of 20 paths" in text


def test_laws_whose_known_part_was_a_function_are_told_without_it(kinds):
    bare = {**kinds["laws"].value, "system": None}
    text = " ".join(Reader(page([dataclasses.replace(kinds["laws"], value=bare)])).words)
    assert "the run keeps its answer, not its equation" in text
    assert "sciml.solve(problem, 'discover', seed=3)" in text


def test_runs_side_by_side_show_where_they_differ(kinds):
    metrics = {"residual": 0.125, "of_its_own": 1.0}
    other = dataclasses.replace(kinds["states"], seed=7, metrics=metrics)
    text = page([kinds["states"], other])
    (rows,) = re.findall(r'<section class="compared">.*?</section>', text, re.DOTALL)
    assert '<th scope="row">seed</th><td>0</td><td>7</td>' in rows
    assert re.search(r'<th scope="row">residual</th><td>\S+</td><td>0\.125</td>', rows)
    assert "V0" not in rows
    assert "of its own" not in rows
    assert "of its own" in text
    assert 'class="compared"' not in page([other])


def test_hostile_text_is_escaped(kinds):
    result = dataclasses.replace(
        kinds["states"],
        problem=HOSTILE,
        label=HOSTILE,
        warnings=(HOSTILE,),
        settings={HOSTILE: HOSTILE},
        provenance={"time": HOSTILE, HOSTILE: HOSTILE},
    )
    text = page([result])
    assert "<script" not in text
    assert "&lt;script&gt;alert(&#34;1&#34;)&lt;/script&gt; &amp; <code>x</code>" in text
    Reader(text)


def test_a_result_without_pictures_says_why(kinds):
    bare = dataclasses.replace(kinds["states"], arrays={}, value={}, status=Status.NONFINITE)
    text = page([bare])
    assert "<svg" not in text
    assert "No picture: this result (NONFINITE) holds no finite states" in text
    assert "lower the learning rate" in text


def test_pages_are_small_and_dense_pictures_are_pixels(kinds):
    assert len(page([kinds["equation"]])) < 4e5
    x = np.linspace(0, 1, 200_001)
    arrays = {"x": x, "u": np.sin(900 * x)[:, None]}
    dense = dataclasses.replace(kinds["equation"], arrays=arrays)
    assert len(page([dense])) < 1e6


def test_the_same_results_give_the_same_page(kinds):
    assert page([kinds["states"]]) == page([kinds["states"]])


def test_pages_are_written_whole_and_replaced_only_on_request(kinds, tmp_path, monkeypatch):
    target = tmp_path / "one.html"
    assert write([kinds["laws"]], target) == target
    first = target.read_text(encoding="utf-8")
    with pytest.raises(BadConfig, match="exists already"):
        write([kinds["rates"]], target)
    assert target.read_text(encoding="utf-8") == first
    write([kinds["rates"]], target, force=True)
    assert "visits" in target.read_text(encoding="utf-8")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(BadArchive, match="No space left"):
        write([kinds["laws"]], target, force=True)
    assert "visits" in target.read_text(encoding="utf-8")
    assert [f.name for f in tmp_path.iterdir()] == ["one.html"]


@pytest.mark.parametrize(
    ("name", "what"), [("one.txt", "no HTML file"), ("gone/one.html", "cannot be written")]
)
def test_pages_that_cannot_be_are_refused(kinds, tmp_path, name, what):
    with pytest.raises(BadConfig, match=what):
        write([kinds["laws"]], tmp_path / name)
    with pytest.raises(BadConfig, match="nothing to report"):
        page([])


def test_parameters_stand_beside_their_meaning(kinds):
    about = account(kinds["equation"])
    assert ("frequency", "50", "k > 0, radians per unit of x.") in about.parameters
    assert "on x:lower, x:upper: reads u" in [line.strip() for line in about.lines]


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("condensate", "interaction: 10"),
        ("tunnelling", "times: t from 0 to 0.125"),
        ("delta_well", "equation: −∇²ψ + V ψ = E ψ"),
        ("fisher_kpp", "hidden law: known, every result is scored against it"),
        ("flashing_ratchet", "states: 0, 1, 2, 3, 4, 5"),
    ],
)
def test_a_problem_of_any_kind_is_told(kinds, name, line):
    result = dataclasses.replace(kinds["states"], spec=name, definition=lambda: sciml.get(name))
    assert line in account(result).lines
