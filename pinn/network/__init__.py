"""Equations by a network whose layers are all trained, by Gauss-Newton with momentum."""
