"""The registry's problems, one module a family; importing this package registers them all."""

from problems import atoms as atoms
from problems import billiards as billiards
from problems import oscillators as oscillators
from problems import transport as transport
from problems import wells as wells
