"""What README.md says is what happens: its code runs, its tables are the ones measured."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import sciml
from problems.reference import spectral_elements
from sciml import registry
from sciml.problem import EigenProblem

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
QUICK_START, OWN_PROBLEM, EQUATION, LAW, RATES = BLOCKS


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def ran(block, folder):
    """A finished process that ran a block of the page, where a warning is an error."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", block],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )
    assert done.returncode == 0, done.stderr
    return done


def test_quick_start_runs_and_prints_what_it_says(folder):
    done = ran(QUICK_START, folder)
    shown = ast.literal_eval(done.stdout.splitlines()[0])
    promised = [float(n) for n in re.findall(r"(\d+\.\d+)\.\.\.", QUICK_START)]
    assert len(promised) == len(shown) == 2
    np.testing.assert_allclose(shown, promised, rtol=1e-10)
    assert (folder / "well.png").read_bytes().startswith(b"\x89PNG")


def test_output_shown_for_the_command_line_is_the_reference():
    rows = re.findall(r"^\d  +([\d.]+)  +[\d.]+  +[\d.]+  +([\d.]+) ", README, re.MULTILINE)
    exact = sciml.get("finite_well").energies(3)
    np.testing.assert_allclose(np.array(rows, float), np.stack([exact, exact], 1), rtol=1e-10)


def test_own_problem_is_short_and_the_template_without_its_comments():
    assert len([line for line in OWN_PROBLEM.splitlines() if line.strip()]) <= 15
    template = (ROOT / "sciml/cli/template.txt").read_text(encoding="utf-8")
    theirs = ast.parse(template.replace("NAME", "my_well"))
    theirs.body.pop(0)  # the docstring
    assert ast.dump(ast.parse(OWN_PROBLEM)) == ast.dump(theirs)


def test_own_problem_is_solved(folder):
    (folder / "my_well.py").write_text(OWN_PROBLEM)
    result = sciml.solve("my_well.py:my_well", depth=40.0)
    ends = spectral_elements.mesh(-1.5, 1.5, breaks=(-0.5, 0.5), size=0.25)
    exact = spectral_elements.bound_states(
        lambda x: 2 * x + np.where(x > 0.5, 40.0, 0.0), ends, 3, deltas=((-0.5, 5.0),)
    )
    np.testing.assert_allclose(result.value["energies"], exact.energies, rtol=1e-10)
    assert result.status.ok, result.warnings


def test_own_equation_is_solved(folder):
    done = ran(EQUATION, folder)
    status, residual = done.stdout.split()
    assert status == "CONVERGED"
    assert float(residual) < 1e-9
    assert (folder / "damped.png").read_bytes().startswith(b"\x89PNG")


def test_a_missing_law_is_found(folder):
    experiment = sciml.get("lotka_volterra").data.experiments[0]
    rows = np.column_stack([experiment.times, experiment.values])
    np.savetxt(folder / "predators.csv", rows, delimiter=",", header="t,x,y", comments="")
    done = ran(LAW, folder)
    found = re.findall(r"'(F\d)': (-?[\d.]+)\*x\*y", done.stdout.splitlines()[0])
    promised = re.findall(r"'(F\d)': (-?[\d.]+)\*x\*y", LAW)
    assert [name for name, _ in found] == [name for name, _ in promised] == ["F1", "F2"]
    np.testing.assert_allclose(
        *np.array([[float(n) for _, n in f] for f in (found, promised)]), rtol=2e-3
    )
    assert (folder / "laws.png").read_bytes().startswith(b"\x89PNG")


def test_the_spec_on_this_page_is_read(folder):
    from discovery.inputs.spec import read_spec

    (spec,) = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    (folder / "known.toml").write_text(spec)
    problem = read_spec(folder / "known.toml")
    assert problem.positive == ("hare", "lynx")


def test_table_of_discovery_is_the_one_recorded(monkeypatch):
    monkeypatch.syspath_prepend(ROOT)
    from benchmarks import discovery_report

    recorded = json.loads((ROOT / "benchmarks/results/discovery.json").read_text(encoding="utf-8"))
    marks = discovery_report.MARKS
    shown = README.split(marks[0])[1].split(marks[1])[0].strip()
    assert shown == discovery_report.markdown(recorded["table"]), (
        "run: python -m benchmarks.discovery --readme"
    )


def test_table_of_equations_is_the_one_recorded(monkeypatch):
    monkeypatch.syspath_prepend(ROOT)
    from benchmarks import gp_report

    recorded = json.loads((ROOT / "benchmarks/results/gp.json").read_text(encoding="utf-8"))
    shown = README.split(gp_report.MARKS[0])[1].split(gp_report.MARKS[1])[0].strip()
    assert shown == gp_report.markdown(recorded["rows"]), "run: python -m benchmarks.gp --readme"
    for row in ("chebyshev", "physics", "nonsparse", "shapes", "user"):
        assert recorded["table"][row]["met"], row


def test_table_of_jump_processes_is_the_one_recorded(monkeypatch):
    monkeypatch.syspath_prepend(ROOT)
    from benchmarks import mjp

    recorded = json.loads((ROOT / "benchmarks/results/mjp.json").read_text(encoding="utf-8"))
    shown = README.split(mjp.MARKS[0])[1].split(mjp.MARKS[1])[0].strip()
    assert shown == mjp.markdown(recorded["rows"]), "run: python -m benchmarks.mjp --readme"


def test_table_is_the_one_recorded(monkeypatch):
    monkeypatch.syspath_prepend(ROOT)
    from benchmarks import report

    recorded = json.loads((ROOT / "benchmarks/results/wells.json").read_text(encoding="utf-8"))
    shown = README.split(report.MARKS[0])[1].split(report.MARKS[1])[0].strip()
    assert shown == report.markdown(recorded["rows"]), "run: python -m benchmarks.wells --readme"
    assert recorded["table"]["bars"]["met"], "the page says that every bar holds"


def test_every_well_is_in_the_table_and_counted():
    wells = [e.name for e in registry.listing() if isinstance(registry.get(e.name), EigenProblem)]
    for name in wells:
        assert f"| `{name}` |" in README
    assert f"one of {len(wells)} registered wells" in README


def test_the_build_runs_the_test_command_of_this_page():
    commands = re.findall(r"^python3 -m venv .*$", README, re.MULTILINE)
    assert [c.rpartition("/")[2].split()[0] for c in commands] == ["sciml", "python"]
    assert "pytest" in commands[1]
    assert "grep -m1 '^python3 -m venv .*pytest' README.md" in (ROOT / ".ci/run").read_text()


@pytest.mark.parametrize(
    "verb", ["solve", "discover", "problems", "new", "runs", "report", "resume", "doctor"]
)
def test_every_verb_is_explained(verb):
    assert f"`sciml {verb}" in README


def test_every_status_that_the_page_names_exists():
    named = re.findall(r"`([A-Z]{4,})`", README)
    assert named
    assert set(named) <= set(sciml.Status.__members__)


def test_rates_behind_visits_are_inferred(folder):
    rng = np.random.default_rng(0)
    rows = ["id,years,stage"]
    for k in range(60):
        stage = 0
        for year in range(6):
            rows.append(f"{k},{year},{('well', 'ill', 'death')[stage]}")
            stage = stage if stage == 2 else min(2, stage + int(rng.random() < 0.3))
    (folder / "visits.csv").write_text("\n".join(rows), encoding="utf-8")
    ran(RATES, folder)
