"""Reference solutions by two independent routes, on numpy and scipy alone.

`transfer_matrix` is exact for potentials made of constant pieces; `spectral_elements` serves any
potential on a finite box. The tests hold one against the other.
"""
