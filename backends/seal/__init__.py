"""What the adapters over Microsoft SEAL share; it imports no library and is not a backend itself.

It is public: an adapter of another package derives its roles from it (docs/add-a-backend.md, Over Microsoft SEAL).
"""
