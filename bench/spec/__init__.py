"""What is asked: suites, cases, the selection of cells, YAML documents, recipes."""
