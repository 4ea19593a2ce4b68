"""Which library and parameters for a model: searched by plan, predicted times and predicted noise."""
