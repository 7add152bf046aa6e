"""How elapsed times are sorted: soft, log-spaced bins in units of the data's own time scale."""

from __future__ import annotations

import numpy as np

LAGS = (1, 2, 4, 8)
"""visits between the two members of a pair"""

CENTRES = np.linspace(-7.0, 4.0, 12)
"""log2(elapsed time / time scale) at the middle of each bin"""

WIDTH = float(CENTRES[1] - CENTRES[0])
"""an elapsed time is shared by the two bins next to it, in proportion to nearness"""
