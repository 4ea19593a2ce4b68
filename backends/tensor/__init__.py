"""Encrypted tensors, written once over `backends.interface`."""
