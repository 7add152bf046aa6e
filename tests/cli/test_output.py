"""Tables, numbers and progress as people see them."""

import pytest

from sciml.cli import output, progress


def test_numbers_are_never_cut_on_a_narrow_terminal():
    columns = {"n": ["0", "1"], "energy": ["1.23456789012", "2"], "error": ["1e-12", "2e-11"]}
    wide = list(output.aligned(columns, 80))
    narrow = list(output.aligned(columns, 18))
    assert wide[1] == "n         energy  error"
    assert [line for line in narrow if line] == [
        "n         energy",
        "0  1.23456789012",
        "1              2",
        "n  error",
        "0  1e-12",
        "1  2e-11",
    ]


@pytest.mark.parametrize(
    ("value", "text"), [(2.0, "2"), (0.1, "0.1"), (1 / 3, repr(1 / 3)), (3, "3")]
)
def test_parameters_are_shown_so_that_they_can_be_typed_back(value, text):
    assert output.exact(value) == text
    assert float(output.exact(value)) == value


def test_lines_of_progress_come_every_few_seconds_and_not_when_quiet(capfd, monkeypatch):
    now = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    with progress.reporting(quiet=True) as report:
        assert report is None
    with progress.reporting(quiet=False) as report:
        for step in range(1, 13):
            now[0] += 1.0
            report(step, 12, {"loss": 0.5 / step})
    assert capfd.readouterr().err == "step 5/12  loss 0.1\nstep 10/12  loss 0.05\n"
