"""A search that is stopped and resumed ends where the uninterrupted one does."""

import pytest

import sciml
from sciml.status import Status


@pytest.mark.parametrize("stop", [5])
def test_resumed_is_uninterrupted(tmp_path, stop):
    def interrupt(step, _steps, _metrics):
        if step == stop:
            raise KeyboardInterrupt

    settings = {"points": 10, "noise": 0.01, "operators": "none"}
    stopped = sciml.solve("logistic", store=tmp_path, report=interrupt, **settings)
    assert stopped.status is Status.INTERRUPTED
    again = sciml.resume(stopped.run)
    whole = sciml.solve("logistic", **settings)
    assert again.value == whole.value
    assert again.status is whole.status
    assert sciml.load(stopped.run).value == whole.value
