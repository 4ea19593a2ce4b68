"""Training of graphs with torch."""
