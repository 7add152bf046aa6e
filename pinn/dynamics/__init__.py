"""States that move in a well, by Galerkin in the Ritz basis of a random-feature network.

With orthonormal Ritz states φ_n of energies E_n (method `ritz`) the equation i ψ_t = H ψ becomes
i c_n' = E_n c_n, so that ψ(t) = Σ c_n exp(-i E_n t) φ_n without any step in time: unitary, and
exact but for the part of ψ(0) outside the basis and for the errors of the states.
"""
