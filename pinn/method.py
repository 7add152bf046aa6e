"""Method `pinn`: trained networks, for bound states and for equations."""

from __future__ import annotations

from pinn import eigen
from pinn.forward import method as forward

METHODS = (eigen.METHOD, forward.METHOD)
"""one for each kind of problem"""
