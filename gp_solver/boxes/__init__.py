"""A problem on a box, solved directly in functions along its axes.

In order: `axis` has the functions of one axis and `faces` reads conditions as functionals of them;
`system` puts the axes together. `samples` holds a source known on a grid only, and what that grid
does not tell. `detection` and `resolution` plan how many functions an axis gets,
`assemble` and `corners` build the system or refuse the problem. `linear` solves, by `separable`
where it can; `newton` does for nonlinear equations, from the starts of `branches`. `check` judges
at fresh points, `solve` is one level of all this, `task` climbs the levels; `alternatives` finds
further solutions and `posterior` puts bands around them.
"""
