"""A search that is stopped and resumed ends where the uninterrupted one does."""

import sciml
from sciml.status import Status


def test_resumed_is_uninterrupted(tmp_path):
    def interrupt(step, _steps, _metrics):
        if step == 5:
            raise KeyboardInterrupt

    settings = {"points": 10, "noise": 0.01, "operators": "none"}
    stopped = sciml.solve("logistic", store=tmp_path, report=interrupt, **settings)
    assert stopped.status is Status.INTERRUPTED
    again = sciml.resume(stopped.run)
    whole = sciml.solve("logistic", **settings)
    assert again.value == whole.value
    assert again.status is whole.status
    assert sciml.load(stopped.run).value == whole.value
