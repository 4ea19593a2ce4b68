"""The noise of ciphertexts: what a library does that decides it, and what follows for each instruction."""
