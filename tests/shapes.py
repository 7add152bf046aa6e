"""The checker that holds every array shape in a signature against what the tests pass."""

from beartype import BeartypeConf, beartype

check = beartype(conf=BeartypeConf(is_pep484_tower=True))
"""an int counts as a float, as in static typing"""

PACKAGES = [
    *("pinn", "problems"),
    *("sciml.domain", "sciml.fit", "sciml.jet", "sciml.method", "sciml.nets", "sciml.optim"),
    *("sciml.problem", "sciml.quadrature", "sciml.registry", "sciml.result", "sciml.score"),
]
"""packages whose signatures are checked: all but the command line, whose types are the parser's"""
