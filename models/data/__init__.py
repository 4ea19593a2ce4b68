"""Data sets with a fixed split, as samples of tokens."""
