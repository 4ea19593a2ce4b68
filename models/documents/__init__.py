"""YAML files that people write: suites, rules of a gate, recipes, ablations, declarations of environments.

All of them are read here, within the same bounds, and answered in one sentence with file and line. It is here
because every package that reads such a file may import `models`.
"""
