"""The conformance kit: every adapter against clear arithmetic, with real keys, at INSECURE toy parameters.

It is no backend. `python -m bench conform NAME` runs it, each group of checks in a process of its own in the
backend's environment, so it needs numpy and safetensors alone (`bench/run/conformance.py`).
"""
