"""Every notebook runs from a clean kernel and shows its answers; its two forms say the same."""

from pathlib import Path

import jupytext
import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "notebooks"
NAMES = sorted(path.stem for path in FOLDER.glob("*.ipynb"))
LARGEST = 20_000
"""bytes of a notebook as it is kept"""
QUESTIONS = ("What did I get?", "How good is it?", "How do I save it?", "What next?")
SHOWN = {
    "hidden_term": ("CONVERGED", "predators*prey", "<th>lower</th>", "Measure prey next"),
    "jump_process": ("CONVERGED", "ill &gt; dead", "slowest relaxation time"),
    "multiscale_equation": ("CONVERGED", "UNRESOLVED", "rel_l2", "cycles per unit"),
    "own_problem": ("def my_well", "CONVERGED", "largest difference from chebyshev"),
    "quantum_wells": ("CONVERGED", "lower bound", "report.html"),
}
"""notebook -> words that its outputs hold"""


def cells(notebook):
    return [(cell.cell_type, cell.source) for cell in notebook.cells]


def shown(notebook):
    """All outputs of the code cells."""
    return [output for cell in notebook.cells for output in cell.get("outputs", [])]


def words(outputs):
    """The text of outputs, and their HTML."""
    texts = [output.get("text", "") for output in outputs]
    data = [output.get("data", {}) for output in outputs]
    return "\n".join([*texts, *(d.get(kind, "") for d in data for kind in ("text/html",))])


def test_every_notebook_is_a_pair_and_is_listed():
    assert sorted(SHOWN) == NAMES == sorted(path.stem for path in FOLDER.glob("*.py"))
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name in NAMES:
        assert f"`{name}`" in readme


@pytest.mark.parametrize("name", NAMES)
def test_pairs_agree_and_are_kept_without_outputs(name):
    kept = nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)
    nbformat.validate(kept)
    script = jupytext.read(FOLDER / f"{name}.py")
    mend = f"run: jupytext --sync notebooks/{name}.ipynb"
    assert cells(kept) == cells(script), mend
    assert kept.metadata.kernelspec == script.metadata.kernelspec, mend
    assert shown(kept) == []
    assert all(cell.get("execution_count") is None for cell in kept.cells)
    assert (FOLDER / f"{name}.ipynb").stat().st_size < LARGEST


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_answers_what_a_newcomer_asks(name):
    kept = nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)
    text = "\n".join(cell.source for cell in kept.cells if cell.cell_type == "markdown")
    asked = [question for question in QUESTIONS if f"## {question}" in text]
    assert asked == [q for q in QUESTIONS if name != "own_problem" or q != QUESTIONS[0]]


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_runs_from_a_clean_kernel_and_shows_its_answers(name, tmp_path, monkeypatch):
    for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        monkeypatch.setenv(threads, "1")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    notebook = nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)
    client = NotebookClient(
        notebook,
        timeout=300,
        kernel_name="python3",
        resources={"metadata": {"path": str(tmp_path)}},
    )
    client.execute()
    outputs = shown(notebook)
    assert [o.text for o in outputs if o.get("name") == "stderr"] == []
    text = words(outputs)
    for part in SHOWN[name]:
        assert part in text
    assert "<table" in text
    pictures = [o.data["image/png"] for o in outputs if "image/png" in o.get("data", {})]
    assert pictures
    assert all(len(picture) > 4000 for picture in pictures)
