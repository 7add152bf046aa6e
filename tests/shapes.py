"""The checker that holds every array shape in a signature against what the tests pass."""

from beartype import BeartypeConf, beartype

check = beartype(conf=BeartypeConf(is_pep484_tower=True))
"""an int counts as a float, as in static typing"""

PACKAGES = [
    *("pinn", "problems", "gp_solver", "discovery.inputs", "discovery.symbolic"),
    *("discovery.candidates", "discovery.answer", "discovery.predict"),
    *("discovery.uncertainty", "discovery.experiment", "discovery.found", "discovery.verb"),
    *("discovery.source", "discovery.system", "discovery.ranking.stencils"),
    *("sciml.conditions", "sciml.domain", "sciml.export", "sciml.fit", "sciml.jet", "sciml.kron"),
    *("sciml.level_boundary", "sciml.method", "sciml.nets", "sciml.optim", "sciml.parallel"),
    *("sciml.polygon", "sciml.problem", "sciml.quadrature", "sciml.query", "sciml.reference"),
    *("sciml.region", "sciml.registry", "sciml.result", "sciml.sampling", "sciml.score"),
    *("sciml.score_fields", "sciml.score_hidden", "sciml.score_jumps", "sciml.score_quantum"),
    *("sciml.bound_states", "sciml.quantum"),
    *("sciml.jump_laws", "sciml.simulate_jumps", "sciml.occupancy"),
    *("mjp.inputs", "mjp.observables", "mjp.counts", "mjp.posterior", "mjp.refine"),
    *("figures.style", "figures.wells", "figures.jumps", "figures.forward"),
    *("mjp.method", "mjp.verb", "mjp.training", "mjp.pretrained", "mjp.features"),
]
"""packages whose signatures are checked: all but the command line, whose types are the parser's,
and the ranking of laws, whose small functions are called a million times"""
