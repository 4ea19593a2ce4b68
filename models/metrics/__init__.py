"""Metrics of models: all that the house knows of each, in one entry of `models.metrics.catalogue`."""
