"""Physics-informed networks: bound states of quantum wells by three methods."""
