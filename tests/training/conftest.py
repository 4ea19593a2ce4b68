from collections.abc import Iterator

import pytest
import torch


@pytest.fixture
def no_gradients() -> Iterator[None]:
    """Random weights that are the same each time, and no gradients of them."""
    torch.manual_seed(0)
    with torch.no_grad():
        yield
