"""The kit of `backends/conformance` on backends: `pytest tests/conformance --backend NAME`."""
