"""Two checkouts of this project that run a suite in turns, and what the gate says of two sides."""
