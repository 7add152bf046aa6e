"""Ground states of the Gross-Pitaevskii equation, by Newton in the span of random features.

-kinetic ∇²ψ + V ψ + g|ψ|²ψ = μψ with ∫ψ² = 1 (E. P. Gross, Nuovo Cimento 20, 454 (1961);
L. P. Pitaevskii, Sov. Phys. JETP 13, 451 (1961)). In an orthonormal basis of the span this is a
small dense system for the coefficients and μ, followed from g = 0, where it is an eigenproblem.
"""
