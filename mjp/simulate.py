"""Exact simulation of jump processes: whole paths, and what is seen of them at visits."""

from sciml.simulate_jumps import Trajectories, first_law, gillespie, visits

__all__ = ["Trajectories", "first_law", "gillespie", "visits"]
