"""Architectures: each builds an untrained graph from its shape, the data's and the options."""
