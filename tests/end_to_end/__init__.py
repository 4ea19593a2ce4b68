"""Whole cells on real libraries: two processes, real ciphertexts, INSECURE toy parameters."""
