"""The evaluator's end: it listens, and runs evaluators for those who show the right certificate."""
