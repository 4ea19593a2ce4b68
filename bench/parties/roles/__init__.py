"""What each party does, a role a file."""
