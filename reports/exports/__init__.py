"""Records in the forms of other programs, one a file."""
