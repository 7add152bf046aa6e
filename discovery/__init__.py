"""Discovery: the law that is missing from an equation, from sparse and noisy data."""

from discovery.found import Found as Found
from discovery.found import load as load
from discovery.verb import discover as discover
from sciml.hidden import Hidden as Hidden
from sciml.hidden import HiddenTermProblem as HiddenTermProblem
from sciml.records import Experiment as Experiment
from sciml.records import Records as Records
