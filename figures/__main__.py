"""``python -m figures``: the same as ``sciml figures``."""

from __future__ import annotations

import sys

from sciml import cli

if __name__ == "__main__":
    sys.argv.insert(1, "figures")
    cli.main()
