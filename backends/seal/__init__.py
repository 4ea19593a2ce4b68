"""What the adapters over Microsoft SEAL share; it imports no library and is not a backend itself.

It is public: an adapter of another package derives its roles from it, as docs/add-a-backend.md describes.
"""
