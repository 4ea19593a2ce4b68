"""Tests of the adapter over OpenFHE, by its modules; collected where the library is."""
