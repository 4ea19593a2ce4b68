"""What is computed: graphs, architectures, conversion to polynomials, data."""
