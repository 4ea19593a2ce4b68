"""The conformance kit: every adapter against clear arithmetic. `pytest tests/conformance --backend NAME`."""
