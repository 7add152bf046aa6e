import jax.numpy as jnp
import numpy as np
import pytest

from mjp import pretrained, training
from mjp.network import Size
from mjp.pretrain import Batch, Plan
from mjp.prior.designs import Shape
from mjp.training import pretrain
from sciml.errors import BadArchive, BadConfig
from sciml.status import Status


def curve(run):
    return np.array([r["loss"] for r in run.records])


@pytest.fixture
def _tiny(monkeypatch):
    plan = Plan(
        batches=(Batch(Shape(3, 2, 1, 4, 6), 16),),
        rate=3e-3,
        warmup=5,
        chunk=10,
        size=Size(32, 1, jnp.float32),
    )
    monkeypatch.setitem(training.PROFILES, "small", plan)


@pytest.mark.usefixtures("_tiny")
def test_an_interrupted_run_goes_through_the_same_losses(tmp_path):
    whole = pretrain(tmp_path / "whole", profile="small", steps=40)

    def stop(step, steps, metrics):
        del steps, metrics
        if step == 20:
            raise KeyboardInterrupt

    half = pretrain(tmp_path / "parts", profile="small", steps=40, report=stop)
    assert half.status is Status.INTERRUPTED
    assert len(half.records) == half.step / 10 == 2
    with (tmp_path / "parts" / "log.jsonl").open("a", encoding="utf-8") as log:
        log.write('{"loss": 1.0, "step": 30}\n{"lo')  # a kill after the last checkpoint
    parts = pretrain(tmp_path / "parts", profile="small", steps=40)
    assert parts.status is whole.status is Status.CONVERGED
    np.testing.assert_allclose(curve(parts), curve(whole), rtol=1e-4)
    assert curve(whole)[-1] < curve(whole)[0]
    params, size = pretrained.read(tmp_path / "parts" / "edge.safetensors")
    assert size.width == 32
    assert params
    with pytest.raises(BadArchive, match="other settings"):
        pretrain(tmp_path / "parts", profile="small", steps=50)


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
