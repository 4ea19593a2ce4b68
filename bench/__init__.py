"""The command line and the run: suite, cells, parties, records."""
