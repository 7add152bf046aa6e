"""The small pictures of the README, from figures that were made before.

    python -m figures.gallery FOLDER

shrinks those that `sciml figures --out FOLDER` wrote there into figures/gallery.
"""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image

CHOSEN = (
    "wells-levels",
    "wells-dynamics",
    "forward-evolutions",
    "gp-planes",
    "discovery-laws",
    "jumps-ratchet",
)
WIDTH = 800
"""pixels"""
GALLERY = Path(__file__).parent / "gallery"


def shrink(source: Path, target: Path) -> None:
    """Write a picture WIDTH pixels wide; fewer colours would mix up those of lines."""
    with Image.open(source) as whole:
        height = round(whole.height * WIDTH / whole.width)
        small = whole.convert("RGB").resize((WIDTH, height), Image.Resampling.LANCZOS)
    small.save(target, optimize=True)


def main(folder: Path) -> None:
    """Shrink all pictures of the gallery."""
    missing = [name for name in CHOSEN if not (folder / f"{name}.png").is_file()]
    if missing:
        sys.exit(
            f"error: {folder} has no {', '.join(missing)}.\n  try: sciml figures --out {folder}"
        )
    GALLERY.mkdir(exist_ok=True)
    for name in CHOSEN:
        shrink(folder / f"{name}.png", GALLERY / f"{name}.png")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m figures.gallery FOLDER")
    main(Path(sys.argv[1]))
