"""Two checkouts of this project that run a suite in turns."""
