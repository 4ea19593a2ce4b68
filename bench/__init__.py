"""The command line and the run: suite, cells, parties, records."""

__version__ = "0.1.0"
