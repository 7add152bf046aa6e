"""The verbs in one process: answers, JSON purity, exit codes, the lines of errors."""

import json

import pytest

import sciml
from sciml.cli import new


def test_solve_shows_states_status_and_the_run(toy, run):
    code, out, err = run("solve", toy, "-p", "length=2")
    assert code == 0
    assert "toy_well(length=2, bottom=0, fail=False)" in out
    assert "method toy: power iteration on a grid" in out
    assert "rel. error" in out
    assert "warning: A toy." in out
    assert "CONVERGED" in out
    assert "run runs/" in out
    assert err == ""


def test_json_is_the_only_thing_on_stdout_even_if_the_user_s_file_prints(toy, run_json, capfd):
    code, data = run_json("solve", toy, "--seed", 5, "-p", "points=10")
    assert code == 0
    keys = "problem method status seconds seed value metrics run plot"
    assert set(keys.split()) <= set(data)
    assert (data["status"], data["seed"], data["settings"]["points"]) == ("CONVERGED", 5, 10)
    assert sciml.load(data["run"]).value == data["value"]


def test_prints_below_python_do_not_reach_stdout_either(toy, run, tmp_path):
    file = tmp_path / "well.py"
    file.write_text("import os\nos.system('echo from a child')\n" + file.read_text())
    code, out, err = run("solve", toy, "--json")
    assert json.loads(out)["status"] == "CONVERGED"
    assert "from a child" in err
    assert "hello from the user's file" in err


def test_not_converged_is_exit_code_3_with_advice(toy, run, run_json):
    code, out, _ = run("solve", toy, "-p", "steps=5")
    assert code == 3
    assert "MAX_STEPS" in out
    assert "try: The step limit came first" in out
    code, data = run_json("solve", toy, "-p", "ending=diverge")
    assert (code, data["status"]) == (3, "NONFINITE")
    assert "lower the learning rate" in data["advice"]


ERRORS = [
    (("solve", "well.py:toy_wel"), "registers no problem 'toy_wel'. Did you mean 'toy_well'?"),
    (("solve", "nowhere"), "no problem is named 'nowhere'."),
    (("solve", "gone.py:x"), "there is no file 'gone.py'."),
    (("solve",), "no problem is named."),
    (("solve", "well.py", "-m", "tyo"), "no method is named 'tyo'. Did you mean 'toy'?"),
    (("solve", "well.py", "-p", "lenght=3"), "Did you mean 'length' or"),
    (("solve", "well.py", "-p", "length"), "'length' is no key=value pair."),
    (("solve", "well.py", "-p", "points=many"), "setting 'points' is 'many'."),
    (("solve", "well.py", "-p", "fail=true"), "the potential of 'toy_well' is nan"),
    (("solve", "well.py", "-c", "gone.toml"), "'gone.toml' cannot be read"),
    (("solve", "well.py", "-c", "well.py"), "'well.py' is no valid TOML"),
    (("solve", "well.py", "--store", "well.py/x"), "'well.py/x' cannot be written"),
    (("solve", "well.py", "--plot", "a.jpeg"), "the picture 'a.jpeg' has no known suffix."),
    (("solve", "well.py", "--plot", "no/a.png"), "the picture 'no/a.png' cannot be written."),
    (("solve", "well.py", "--sed", "1"), "No such option: --sed"),
    (("solve", "well.py", "--seed", "one"), "Invalid value for '--seed'"),
    (("solve", "well.py", "--seed", "-1"), "seed is -1."),
    (("slove", "well.py"), "No such command 'slove'."),
    (("--quiet",), "No such option: --quiet"),
    (("problems", "show", "well.py:x"), "registers no problem 'x'."),
    (("problems", "--tag", "none"), "no problem has the tag 'none'."),
    (("resume", "gone"), "there is no run 'gone'."),
    (("runs", "show", "gone"), "there is no run 'gone'."),
    (("runs", "compare", "gone"), "there is no run 'gone'."),
    (("new", "well.py"), "'well.py' exists already."),
    (("new", "no/my.py"), "'no/my.py' cannot be written"),
    (("new", "my.txt"), "'my.txt' is no name of a Python module."),
    (("new", "problems.py"), "'problems.py' would hide the package 'problems'."),
]


@pytest.mark.parametrize(("arguments", "message"), ERRORS, ids=[" ".join(a) for a, _ in ERRORS])
def test_an_error_is_two_lines_and_exit_code_2(toy, run, tmp_path, arguments, message):
    code, out, err = run(*arguments)
    lines = [line for line in err.splitlines() if line]
    assert code == 2
    assert len(lines) == 2
    assert lines[0].startswith("error: ")
    assert message in lines[0]
    assert lines[1].startswith("  try: ")
    assert out in ("", "hello from the user's file\n")
    assert not list(tmp_path.glob("runs/*"))
    assert not list(tmp_path.glob("**/*.partial"))


@pytest.mark.parametrize(("arguments", "message"), ERRORS[::6])
def test_with_json_an_error_is_one_object(toy, run_json, arguments, message):
    code, data = run_json(*arguments)
    assert code == 2
    assert set(data) == {"error", "what", "mend"}
    assert message in data["what"]


def test_a_bug_is_exit_code_1_and_debug_shows_where(toy, run):
    code, _, err = run("solve", toy, "-p", "ending=bug")
    assert code == 1
    assert "error: unexpected ZeroDivisionError: a bug" in err
    assert "--debug" in err
    assert "Traceback" not in err
    code, _, err = run("solve", toy, "-p", "ending=bug", "--debug")
    assert code == 1
    assert "Traceback" in err
    assert "toys.py" in err


def test_a_config_repeats_its_run_and_the_command_line_overrides_it(toy, run_json):
    _, first = run_json("solve", toy, "-p", "points=9", "-p", "length=2", "--seed", 3)
    config = f"{first['run']}/config.toml"
    _, again = run_json("solve", "-c", config)
    same = ("problem", "method", "seed", "settings", "parameters", "value", "status")
    assert {k: again[k] for k in same} == {k: first[k] for k in same}
    _, other = run_json("solve", "--config", config, "-p", "length=1", "-p", "points=8")
    assert (other["parameters"]["length"], other["settings"]["points"]) == (1.0, 8)
    assert other["seed"] == 3
    code, refused = run_json("solve", "another", "-c", config)
    assert code == 2
    assert "not of 'another'" in refused["what"]


def test_a_hand_written_config_may_name_settings_only(toy, run_json, tmp_path):
    (tmp_path / "quick.toml").write_text("[settings]\npoints = 7\n[parameters]\nlength = 2\n")
    _, data = run_json("solve", toy, "-c", "quick.toml")
    assert (data["settings"]["points"], data["parameters"]["length"]) == (7, 2.0)
    (tmp_path / "quick.toml").write_text("[settings]\npints = 7\n")
    code, data = run_json("solve", toy, "-c", "quick.toml")
    assert code == 2
    assert "Did you mean 'points'" in data["what"]


def test_the_store_comes_from_the_option_then_the_environment(toy, run_json, monkeypatch):
    monkeypatch.setenv("SCIML_STORE", "kept")
    assert run_json("solve", toy)[1]["run"].startswith("kept/")
    assert run_json("solve", toy, "--store", "here")[1]["run"].startswith("here/")


def test_runs_are_listed_shown_and_compared(toy, run, run_json):
    first = run_json("solve", toy, "-p", "points=8")[1]
    second = run_json("solve", toy, "-p", "steps=5")[1]
    names = [r["run"].removeprefix("runs/") for r in (first, second)]
    listed = run_json("runs")[1]
    assert {r["run"]: r["status"] for r in listed["runs"]} == {
        first["run"]: "CONVERGED",
        second["run"]: "MAX_STEPS",
    }
    assert run_json("runs", "list")[1] == listed
    assert run_json("runs", "show", names[0])[1]["value"] == first["value"]
    compared = run_json("runs", "compare", *names)[1]
    assert compared["settings"]["points"] == [8, 12]
    for arguments in (("runs",), ("runs", "show", names[0]), ("runs", "compare", *names)):
        code, out, err = run(*arguments)
        assert (code, err) == (0, "")
        assert names[0] in out


def test_resume_says_that_a_run_is_finished_and_raises_a_step_limit(toy, run, run_json):
    short = run_json("solve", toy, "-p", "steps=20")[1]
    code, out, _ = run("resume", short["run"])
    assert code == 3
    assert "already finished" in out
    code, refused = run_json("resume", short["run"], "--steps", 2000)
    assert code == 2
    assert "would be executed" in refused["what"]
    code, longer = run_json("resume", short["run"], "--steps", 2000, "--trust")
    assert (code, longer["status"]) == (0, "CONVERGED")


def test_problems_are_shown_with_parameters_and_references(toy, run, run_json):
    code, out, _ = run("problems", "show", toy, "-p", "length=2")
    assert code == 0
    assert "A box with a flat floor" in out
    assert "-p length=2" in out
    assert "reference energies" in out
    data = run_json("problems", "show", toy)[1]
    assert data["parameters"] == {"length": 1.0, "bottom": 0.0, "fail": False}
    assert data["reference_energies"][0] == pytest.approx(9.8696044)


def test_a_problem_shows_the_settings_of_its_default_method(toy, run, run_json):
    data = run_json("problems", "show", toy)[1]
    assert (data["method"], data["settings"]["points"]) == ("toy", 12)
    assert "-p points=12" in run("problems", "show", toy)[1]


def test_version(run, run_json):
    assert run("--version")[:2] == (0, f"{sciml.__version__}\n")
    assert run_json("--version")[1] == {"version": sciml.__version__}


def test_the_registry_is_listed_by_tag(run, run_json):
    everything = run_json("problems")[1]["problems"]
    some = run_json("problems", "--tag", "2d")[1]["problems"]
    assert {p["name"] for p in some} < {p["name"] for p in everything}
    assert all("2d" in p["tags"] for p in some)
    code, out, _ = run("problems")
    assert code == 0
    assert all(p["name"] in out for p in everything)


def test_new_writes_a_problem_that_runs(toy, run_json, tmp_path):
    code, data = run_json("new", "my_well.py")
    assert (code, data["next"]) == (0, "sciml solve my_well.py:my_well")
    lines = (tmp_path / "my_well.py").read_text().splitlines()
    code_lines = [
        x for x in lines if x.strip() and not x.strip().startswith(("#", '"""', "import", "from"))
    ]
    assert len(code_lines) <= 15
    code, solved = run_json("solve", "my_well.py:my_well", "-p", "depth=20")
    assert (code, solved["parameters"]["depth"]) == (0, 20.0)
    problem = sciml.get("my_well.py:my_well")
    assert problem.jumps
    assert problem.deltas


def test_new_names_the_packages_that_must_not_be_hidden():
    assert set(new.RESERVED) >= {"sciml", "problems", "pinn", "gp_solver", "discovery", "mjp"}


def test_no_arguments_show_the_help_and_options_alone_are_refused(run, run_json):
    code, out, _ = run()
    assert code == 0
    assert "Usage: sciml" in out
    code, data = run_json()
    assert (code, data["what"]) == (2, "no verb is named.")
