"""The two parties, each a process of its own, and the wire between them."""
