"""Statistics of this project: small functions on numbers, each with its source, on scipy and ruptures."""
