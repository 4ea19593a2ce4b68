"""Sweeps over several machines: cells as tasks of an engine that exists, such as Dask or Slurm."""
