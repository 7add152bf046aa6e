"""Animations: what the frames show, and files that are written whole or not at all."""

import numpy as np
import pytest
from pictures import Known, solution
from PIL import Image

from sciml import animate, registry
from sciml.errors import BadConfig, BadData
from sciml.problem import QuantumDynamics


def wave(points):
    t, x = points.T
    return np.sin(np.pi * x - t)[:, None]


@pytest.fixture
def moving():
    return solution(wave, {"t": (0.0, 2.0), "x": (0.0, 1.0)}, count=21)


@pytest.fixture
def packet():
    """A result that predicts a coherent state."""
    problem = registry.get("coherent_state", periods=1.0)
    t, x = np.linspace(0, problem.duration, 9), np.linspace(*problem.window, 41)
    points = np.stack([g.ravel() for g in np.meshgrid(t, x, indexing="ij")], 1)
    value = {"energy": 2.5, "course": {"t": t.tolist(), "norm": [1.0] * 9}}
    made = solution(wave, {"t": (0.0, 2.0), "x": (0.0, 1.0)}, count=21, value=value)
    kept = {name: getattr(made, name) for name in made.__dataclass_fields__}
    arrays = {"points": points, "u": problem.exact(points)}
    return Known(**kept | {"arrays": arrays, "definition": lambda: problem})


def frames_of(path):
    with Image.open(path) as image:
        for i in range(image.n_frames):
            image.seek(i)
            yield np.asarray(image.convert("RGB"), float)


def test_every_frame_differs_and_has_the_asked_number(moving, tmp_path):
    seen = []
    path = animate.animate(
        moving, tmp_path / "a.gif", frames=5, report=lambda i, n: seen.append((i, n))
    )
    drawn = list(frames_of(path))
    assert len(drawn) == 5
    assert seen == [(i, 5) for i in range(1, 6)]
    for first, second in zip(drawn[:-1], drawn[1:], strict=True):
        assert np.mean(np.abs(first - second)) > 0.1
    assert [f.name for f in tmp_path.iterdir()] == ["a.gif"]


def test_film_of_fields(moving):
    film = animate._film(moving, 4)
    assert (film.axis, film.potential) == ("x", None)
    np.testing.assert_allclose(film.times, [0, 2 / 3, 4 / 3, 2])
    np.testing.assert_allclose(film.curves["$u$"][2], np.sin(np.pi * film.x - 4 / 3), atol=1e-5)


def test_film_of_a_packet_shows_density_real_part_and_potential(packet):
    assert isinstance(packet.built, QuantumDynamics)
    film = animate._film(packet, 5)
    density = film.curves["$|\\psi|^2$"]
    centres = film.x[np.argmax(density, axis=1)]
    np.testing.assert_allclose(centres, 2 * np.cos(film.times), atol=0.05)
    np.testing.assert_allclose(film.potential, 0.5 * film.x**2, atol=1e-12)
    assert np.all(film.curves["Re $\\psi$"] ** 2 <= density + 1e-12)


def test_method_of_a_result(packet, tmp_path):
    path = packet.animate(tmp_path / "b.gif", frames=2)
    assert len(list(frames_of(path))) == 2


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("a.avi", "no known suffix.\n  try: end it in .gif or .mp4"),
        ("no/a.gif", "cannot be written"),
    ],
)
def test_bad_paths(moving, tmp_path, name, words):
    with pytest.raises(BadConfig, match=words):
        animate.animate(moving, tmp_path / name)


def test_without_ffmpeg(moving, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BadConfig, match="needs ffmpeg.*\n.*or end the name in .gif"):
        animate.animate(moving, tmp_path / "a.mp4")


def test_only_problems_in_time_on_a_line(tmp_path):
    still = solution(lambda p: p[:, :1], {"x": (0.0, 1.0), "y": (0.0, 1.0)}, count=11)
    with pytest.raises(BadConfig, match="'p' is not a problem in time on a line"):
        animate.animate(still, tmp_path / "a.gif")
    with pytest.raises(BadConfig, match="'finite_well' is not a problem in time"):
        animate.check_problem(registry.get("finite_well"))


def test_bad_numbers_of_frames(moving, tmp_path):
    with pytest.raises(BadConfig, match="frames is 1.*\n.*from 2 to 2000"):
        animate.animate(moving, tmp_path / "a.gif", frames=1)


def test_no_file_is_left_where_drawing_fails(moving, tmp_path, monkeypatch):
    def full(film, path, writer, report):
        path.write_bytes(b"GIF")
        raise OSError("no space left")

    monkeypatch.setattr(animate, "_write", full)
    with pytest.raises(BadConfig, match="no space left"):
        animate.animate(moving, tmp_path / "a.gif", frames=2)
    assert list(tmp_path.iterdir()) == []


def test_solutions_that_are_not_finite_are_refused(tmp_path):
    broken = solution(wave, {"t": (0.0, 2.0), "x": (0.0, 1.0)}, count=21)
    broken.built.__dict__["exact"] = lambda p: np.full((len(p), 1), np.nan)
    with pytest.raises(BadData, match="not finite"):
        animate.animate(broken, tmp_path / "a.gif", frames=2)
