"""What is known after a run: records, the store, statistics and exports."""
