"""Polynomial approximations of functions, each with its largest error, its degree and its depth."""
