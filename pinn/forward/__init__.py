"""Equations by random networks whose last layers are trained by Gauss-Newton."""
