"""``python -m sciml.cli``."""

from __future__ import annotations

from sciml.cli import main

main()
