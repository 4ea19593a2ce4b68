"""What a cell will take, in seconds and bytes: fitted to what was measured, and held against it."""
