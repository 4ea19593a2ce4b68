"""The encrypted tensor engine, the plan, and one folder per homomorphic-encryption library."""
