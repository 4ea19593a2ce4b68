"""What raw outputs say: the ladder of a cell, the held-out ladder of a case, and the precision of both."""
