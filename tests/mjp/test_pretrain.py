"""Settings of a pretraining run that are refused."""

import pytest

from mjp.training import pretrain
from sciml.errors import BadArchive, BadConfig


def test_bad_settings_get_one_clear_line(tmp_path):
    with pytest.raises(BadConfig, match="profile is 'tiny'"):
        pretrain(tmp_path, profile="tiny")
    with pytest.raises(BadConfig, match="copies is 0"):
        pretrain(tmp_path, profile="small", copies=0)
    with pytest.raises(BadConfig, match="steps is 10"):
        pretrain(tmp_path, profile="small", steps=10)
    with pytest.raises(BadConfig, match="seed is -1"):
        pretrain(tmp_path, profile="small", seed=-1)
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(BadArchive, match="cannot be a run's folder"):
        pretrain(tmp_path / "file", profile="small")
