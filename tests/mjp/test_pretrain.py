import numpy as np
import pytest

from mjp import pretrained
from mjp.training import pretrain
from sciml.errors import BadArchive, BadConfig


def curve(records):
    return np.array([r["loss"] for r in records])


def test_an_interrupted_run_goes_through_the_same_losses(tmp_path):
    whole = pretrain(tmp_path / "whole", profile="small", steps_=40)

    def stop(step, steps, metrics):
        del steps, metrics
        if step == 20:
            raise KeyboardInterrupt

    half = pretrain(tmp_path / "parts", profile="small", steps_=40, report=stop)
    assert 0 < len(half) < len(whole)
    parts = pretrain(tmp_path / "parts", profile="small", steps_=40)
    np.testing.assert_allclose(curve(parts), curve(whole), rtol=1e-4)
    assert curve(whole)[-1] < curve(whole)[0]
    params, size = pretrained.read(tmp_path / "parts" / "edge.safetensors")
    assert size.width == 32
    assert params
    with pytest.raises(BadArchive, match="other settings"):
        pretrain(tmp_path / "parts", profile="small", steps_=50)


def test_bad_settings_get_one_clear_line(tmp_path):
    with pytest.raises(BadConfig, match="profile is 'tiny'"):
        pretrain(tmp_path, profile="tiny")
    with pytest.raises(BadConfig, match="copies is 0"):
        pretrain(tmp_path, profile="small", copies=0)
