"""The run of cells, from the key of a result to its record."""
