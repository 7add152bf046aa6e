"""Settings: values from text, types of settings, TOML there and back."""

import math
from dataclasses import dataclass
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sciml import config
from sciml.config import RunFile
from sciml.errors import BadConfig


@dataclass(frozen=True)
class Settings:
    steps: int = 10
    rate: float = 1e-3
    fast: bool = True
    kind: Literal["a", "b"] = "a"
    states: int | None = None
    sizes: tuple[int, ...] = (20, 20)
    span: tuple[float, float] = (0.0, 1.0)
    label: str = ""

    def __post_init__(self):
        if self.steps < 1:
            raise BadConfig(f"steps is {self.steps}.", "give at least 1")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("20", 20),
        ("-3", -3),
        ("1e-3", 1e-3),
        (".5", 0.5),
        ("1.", 1.0),
        ("true", True),
        ("inf", math.inf),
        ("-inf", -math.inf),
        ("[1, 2]", [1, 2]),
        ("[[0.5, -2]]", [[0.5, -2]]),
        ('"20"', "20"),
        ("tanh", "tanh"),
        ("2026-01-01", "2026-01-01"),
        ("1\nx = 2", "1\nx = 2"),
    ],
)
def test_text_becomes_the_value_it_spells(text, value):
    parsed = config.parse_value(text)
    assert parsed == value
    assert type(parsed) is type(value)


def test_pairs():
    assert config.parse_pairs(["V0=20", " name = a=b "]) == {"V0": 20, "name": "a=b"}


@pytest.mark.parametrize("pair", ["V0", "=3", "V0="])
def test_half_a_pair_is_refused(pair):
    with pytest.raises(BadConfig, match="no key=value pair"):
        config.parse_pairs([pair])


def test_a_pair_given_twice_is_refused():
    with pytest.raises(BadConfig, match="'V0' is given twice"):
        config.parse_pairs(["V0=1", "V0=2"])


def test_values_are_converted_to_the_setting_s_type():
    built = config.build(
        Settings,
        {"steps": 1e3, "rate": 1, "sizes": [3, 4], "span": [1, 2], "states": "none", "kind": "b"},
    )
    assert built == Settings(1000, 1.0, True, "b", None, (3, 4), (1.0, 2.0))
    assert type(built.steps) is int
    assert type(built.rate) is float
    assert config.build(Settings, {"states": 4}).states == 4


@pytest.mark.parametrize(
    ("key", "value", "mend"),
    [
        ("steps", 1.5, "give a whole number"),
        ("steps", True, "give a whole number"),
        ("steps", "many", "give a whole number"),
        ("steps", math.inf, "give a whole number"),
        ("rate", False, "give a number"),
        ("fast", 1, "give true or false"),
        ("kind", "c", "give one of 'a', 'b'"),
        ("states", "all", "give a whole number or 'none'"),
        ("sizes", [1, "x"], "give a list, each entry a whole number"),
        ("sizes", 3, "give a list, each entry a whole number"),
        ("span", [1.0], "give a list of 2: a number, a number"),
        ("label", 5, "give text, in quotes if it reads as a number"),
    ],
)
def test_a_wrong_type_names_the_setting_and_what_it_takes(key, value, mend):
    with pytest.raises(BadConfig) as caught:
        config.build(Settings, {key: value})
    assert caught.value.what == f"setting '{key}' is {value!r}."
    assert caught.value.mend == mend


def test_an_unknown_setting_names_the_nearest():
    with pytest.raises(BadConfig, match="no setting 'stpes'. Did you mean 'steps'") as caught:
        config.build(Settings, {"stpes": 3})
    assert "rate" in caught.value.mend


def test_the_range_is_the_dataclass_s_own():
    with pytest.raises(BadConfig, match="steps is 0"):
        config.build(Settings, {"steps": 0})


numbers = st.floats(allow_nan=False) | st.integers(-(2**53), 2**53) | st.booleans()
values = numbers | st.text("aB1 .=\"'\\\n\t#[]éψ\u2028")
names = st.text("abcdefgh_", min_size=1)


@given(parameters=st.dictionaries(names, values | st.lists(numbers)), seed=st.integers(0, 99))
def test_a_run_file_round_trips_exactly(parameters, seed):
    run = RunFile("well", "ritz", seed, "", parameters, {"rate": 0.1})
    assert config.from_toml(config.to_toml(run, {}), "run.toml") == run


def test_none_survives_where_it_is_not_the_default():
    run = RunFile("well", "ritz", 0, "", {"gone": None}, {"states": None, "limit": None})
    back = config.from_toml(config.to_toml(run, {"states": 3, "limit": None}), "run.toml")
    assert back.settings == {"states": "none"}
    assert back.parameters == {}
    assert config.build(Settings, back.settings).states is None


def test_an_object_that_toml_cannot_hold_is_refused():
    with pytest.raises(BadConfig, match="cannot be written to a file"):
        config.to_toml(RunFile("well", "ritz", 0, "", {"f": object()}), {})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\nseed = \n", "'run.toml' is no valid TOML: .*line 2"),
        ("problm = 'x'", "unknown key 'problm'. Did you mean 'problem'"),
        ("[setings]\na = 1", "unknown key 'setings'. Did you mean 'settings'"),
        ("seed = 'one'", "'seed' in 'run.toml' is 'one'"),
        ("seed = true", "'seed' in 'run.toml' is True"),
        ("problem = 3", "'problem' in 'run.toml' is 3"),
        ("settings = 3", "'settings' in 'run.toml' is 3"),
    ],
)
def test_an_unusable_run_file_says_where(text, message):
    with pytest.raises(BadConfig, match=message):
        config.from_toml(text, "run.toml")


def test_unreadable_files(tmp_path):
    with pytest.raises(BadConfig, match="cannot be read: No such file"):
        config.read_run_file(tmp_path / "absent.toml")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadConfig, match="is no text file"):
        config.read_run_file(tmp_path / "binary.toml")


def test_the_hash_tells_runs_apart():
    run = RunFile("well", "ritz", 0, "", {"V0": 1.0}, {"rate": 0.1})
    same = RunFile("well", "ritz", 0, "", {"V0": 1.0}, {"rate": 0.1})
    other = RunFile("well", "ritz", 0, "", {"V0": 1.0}, {"rate": 0.2})
    assert config.content_hash(run) == config.content_hash(same)
    assert config.content_hash(run) != config.content_hash(other)
