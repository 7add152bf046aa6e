"""The registry's problems, one module a family; importing this package registers them all."""

from problems import wells as wells
