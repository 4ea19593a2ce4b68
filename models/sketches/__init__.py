"""Graphs of a model's shape whose weights are drawn: they say what it costs, not what it answers."""
