"""What the adapters over Microsoft SEAL share; it imports no library and is no backend itself."""
