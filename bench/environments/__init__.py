"""The interpreters in which the parties run: declared once by each backend, found or made when needed."""
