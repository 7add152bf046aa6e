"""The registry's problems, one module a family; importing this package registers them all."""

from problems import atoms as atoms
from problems import billiards as billiards
from problems import condensates as condensates
from problems import diffusion as diffusion
from problems import dynamics as dynamics
from problems import elliptic as elliptic
from problems import flow as flow
from problems import fronts as fronts
from problems import hidden as hidden
from problems import hidden_fields as hidden_fields
from problems import hidden_kinetics as hidden_kinetics
from problems import hidden_oscillators as hidden_oscillators
from problems import hidden_waves as hidden_waves
from problems import inverse as inverse
from problems import jump_networks as jump_networks
from problems import jumps as jumps
from problems import nonlinear as nonlinear
from problems import oscillators as oscillators
from problems import profiles as profiles
from problems import reaction as reaction
from problems import shapes as shapes
from problems import sturm_liouville as sturm_liouville
from problems import transport as transport
from problems import waves as waves
from problems import wells as wells
