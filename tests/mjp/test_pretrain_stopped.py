"""A pretraining run as a process: killed, stopped by Ctrl-C, resumed, the same curve."""

import json
import os
import signal
import subprocess
import sys
import time

import jax.numpy as jnp
import numpy as np
import pytest

from mjp import pretrained, training
from mjp.network import Size
from mjp.pretrain import Batch, Plan
from mjp.prior.designs import Shape
from sciml.errors import BadArchive
from sciml.status import Status

START = """
import time
from functools import partial
import jax.numpy as jnp
from mjp import pretrain, training
from mjp.network import Size
from mjp.prior.designs import Shape
from sciml import cli

shape = Shape(3, 2, 1, 4, 6)
training.PROFILES["small"] = pretrain.Plan(
    batches=(pretrain.Batch(shape, 8),), warmup=5, chunk=5, size=Size(16, 1, jnp.float32)
)
training.pretrain = partial(training.pretrain, every=0.0)
log = pretrain.log
def slow(path, record):
    log(path, record)
    time.sleep(0.5)
pretrain.log = slow
cli.main()
"""


def start(folder, cache):
    arguments = ("pretrain", folder, "--profile", "small", "--steps", "30", "--json", "-q")
    return subprocess.Popen(
        [sys.executable, "-c", START, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={
            **os.environ,
            "JAX_COMPILATION_CACHE_DIR": str(cache),
            "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0.1",
        },
    )


def stopped(folder, cache, sent, records):
    """Code and output of a run that gets a signal once it has so many records."""
    process = start(folder, cache)
    log = folder / "log.jsonl"
    while not log.is_file() or len(log.read_text().splitlines()) < records:
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    process.send_signal(sent)
    out, _ = process.communicate()
    return process.returncode, out


def losses(folder):
    lines = (folder / "log.jsonl").read_text().splitlines()
    return [json.loads(line)["loss"] for line in lines]


def test_a_run_that_is_killed_and_stopped_has_the_curve_of_one_that_is_not(tmp_path, monkeypatch):
    parts, whole, cache = (tmp_path / name for name in ("parts", "whole", "cache"))
    code, _ = stopped(parts, cache, signal.SIGKILL, 2)
    assert code == -signal.SIGKILL
    code, out = stopped(parts, cache, signal.SIGINT, 4)
    assert code == 130
    told = json.loads(out)
    assert told["status"] == "INTERRUPTED"
    assert told["step"] == 5 * len(losses(parts)) < told["steps"] == 30
    assert f"sciml pretrain {parts} --profile small --steps 30" in told["advice"]
    batch = Batch(Shape(3, 2, 1, 4, 6), 8)
    plan = Plan(batches=(batch,), warmup=5, chunk=5, size=Size(16, 1, jnp.float32))
    monkeypatch.setitem(training.PROFILES, "small", plan)
    with (parts / "log.jsonl").open("a", encoding="utf-8") as log:
        log.write('{"loss": 1.0, "step": 30}\n{"lo')  # written after the last checkpoint
    for folder in (parts, whole):
        assert training.pretrain(folder, profile="small", steps=30).status is Status.CONVERGED
    assert len(losses(whole)) == 6
    np.testing.assert_allclose(losses(parts), losses(whole), rtol=1e-5)
    assert losses(whole)[-1] < losses(whole)[0]
    params, size = pretrained.read(parts / "edge.safetensors")
    assert size.width == 16
    assert params
    with pytest.raises(BadArchive, match="other settings"):
        training.pretrain(parts, profile="small", steps=50)
