"""The key owner's end of an evaluator on another machine, and what both ends share."""
