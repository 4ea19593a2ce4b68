"""A folder of executables by party and stage, which the harnesses of fhe-benchmarking drive."""
