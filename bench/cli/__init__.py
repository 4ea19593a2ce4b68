"""The command line: progress, tables, and a command a file."""
