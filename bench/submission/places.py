"""Where the harness of fhe-benchmarking's ml-inference keeps what, and who writes and reads it.

Source: `harness/params.py` and `submission/include/params.h` of github.com/fhe-benchmarking/ml-inference. All
is below the harness's folder, which is the working directory of every stage.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

#: The names of the instance sizes 0 to 3, on the command line numbers.
SIZES = ("single", "small", "medium", "large")


@dataclass(frozen=True)
class Places:
    """The files and folders of one instance size.

    Attributes:
        root: the harness's folder.
        size: the name of the instance size.
    """

    root: Path
    size: str

    @property
    def pixels(self) -> Path:
        """The samples in the clear, which the harness wrote: one a line, pixels of 0 to 1."""
        return self.root / "datasets" / self.size / "intermediate" / "test_pixels.txt"

    @property
    def exchange(self) -> Path:
        """The folder around all that follow, which the harness makes anew."""
        return self.root / "io" / self.size

    @property
    def public_keys(self) -> Path:
        """Public and evaluation keys, for the server."""
        return self.exchange / "public_keys"

    @property
    def secret_key(self) -> Path:
        """The client's alone."""
        return self.exchange / "secret_key"

    @property
    def private(self) -> Path:
        """What is in the clear, or on its way: the client's alone."""
        return self.exchange / "intermediate"

    @property
    def upload(self) -> Path:
        """Encrypted samples, for the server."""
        return self.exchange / "ciphertexts_upload"

    @property
    def download(self) -> Path:
        """Encrypted answers, for the client; all that the server's stage may see, with what it is handed."""
        return self.exchange / "ciphertexts_download"

    @property
    def predictions(self) -> Path:
        """The labels, one a line, for the harness."""
        return self.exchange / "encrypted_model_predictions.txt"

    @property
    def reported(self) -> Path:
        """Seconds by step, as the server itself reports them."""
        return self.exchange / "server_reported_steps.json"


def anew(folder: Path) -> Path:
    """An empty folder that its user alone may enter; what was there is gone."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    return folder
