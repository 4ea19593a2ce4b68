"""What the adapters over Microsoft SEAL share; it imports no library and is not a backend itself."""
