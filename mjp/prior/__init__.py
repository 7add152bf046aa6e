"""The prior that the network is pretrained on: processes, and the ways they are observed."""
