"""Method `ritz`: what random network features give of a well, one method for each question."""

from __future__ import annotations

from pinn import ritz
from pinn.condensate import method as condensate
from pinn.dynamics import method as dynamics

METHODS = (ritz.METHOD, dynamics.METHOD, condensate.METHOD)
"""bound states, states that move, and condensates"""
