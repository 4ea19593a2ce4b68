"""What the families that share an architecture of this project say of it, in its own terms."""
