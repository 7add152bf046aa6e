"""What is shown of problems with a hidden term."""

import sciml
from sciml import describe
from sciml.hidden import Hidden, HiddenTermProblem


def shown(problem):
    return list(describe.slots(describe.unfinished(problem)))


def test_problems_show_has_the_known_part_the_slots_and_the_data(run):
    code, out, err = run("problems", "show", "lotka_volterra", "-p", "points=7", "-p", "t_end=6")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert "  -p points=7" in lines
    for line in (
        "x' = a*x + F1(x, y)",
        "y' = -d*y + F2(x, y)",
        "hidden: F1, a function of x, y",
        "constants: a = 1.3, d = 1.8",
        "measured: 14 values in 1 experiment, t from 0 to 6",
        "hidden law: known, every result is scored against it",
        "settings of its default method 'discover':",
    ):
        assert line in lines


def test_problems_show_as_json(run_json):
    code, data = run_json("problems", "show", "sir")
    assert (code, data["kind"], data["equation"]) == (0, "hidden term", None)
    known = data["unfinished"]
    assert known["rates"] == {"S": "-F(S, I)", "I": "-gamma*I + F(S, I)"}
    assert known["hidden"] == [{"name": "F", "adds_to": {"S": -1, "I": 1}, "inputs": ["S", "I"]}]
    assert (known["measured"], known["experiments"], known["times"]) == (62, 1, [0, 20])
    assert run_json("problems", "show", "burgers")[1]["unfinished"] is None


def test_the_list_names_the_verb(run):
    _, out, _ = run("problems", "--tag", "epidemic")
    assert "An epidemic with its incidence hidden" in out
    assert "`sciml discover NAME` finds the law that hides in one." in out
    assert "discover" not in run("problems", "--tag", "billiard")[1]


def test_fields_have_space_and_walls():
    lines = shown(sciml.get("burgers_hidden"))
    assert lines[0] == "u_t = nu*u_xx + F(u, u_x)"
    assert "space: x from -1 to 1" in lines
    assert "at x:lower: u = 0" in lines
    assert "at x:lower: no flux of u" in shown(sciml.get("fisher_kpp"))
    assert "periodic along: x" in shown(sciml.get("kdv_hidden"))


def test_a_problem_without_data_or_truth():
    problem = HiddenTermProblem(
        states=("x", "y"),
        known={"x": lambda _q, p: -p["k"]},
        params={"k": 2.0},
        free=("k",),
        hidden=(Hidden("F", {"x": 2.0}, ("t",)),),
    )
    assert shown(problem) == [
        "x' = a known function + 2*F(t)",
        "y' = 0",
        "hidden: F, a function of t",
        "constants: k = 2",
        "to be inferred: k",
        "measured: nothing; `sciml discover FILE.csv --problem NAME` brings data",
        "hidden law: not known",
    ]
