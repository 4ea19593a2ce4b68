"""The texts of a submission: what it says of itself, and the scripts that their harness calls to build it."""

from __future__ import annotations

from backends.registry import Descriptor
from backends.security import INSECURE, Security
from bench.submission.contents import About

_README = """\
# {title}

Written by `bench submission`; a client and a server of this project's engine, which the harness of
github.com/fhe-benchmarking/ml-inference drives stage by stage.

* Model: the checkpoint with digest {model_digest}. It is this project's own, not the harness's: dense
  layers and polynomials.
* Library: {backend} ({summary}). The server's stage uses {threads} thread(s).
* Parameter set: {parameter_set}.
* Security: {security}

The secret key is made by `client_key_generation`, kept in `io/<size>/secret_key`, which its user alone may
enter, and read by `client_encode_encrypt_input` and `client_decrypt_decode`. `server_encrypted_compute` gives
up the sight of all that is not handed to it before it imports the library, and refuses to run where the
system has no way to do that.

To run it, lay `submission` and `scripts` over a clone of the harness's repository. `scripts/build_task.sh`
makes the library's environment and writes the executables; it needs a Python in which this project is
installed, `python3` or what `BENCH_PYTHON` names.
"""
_INSECURE_TITLE = f"{INSECURE}: a submission that proves nothing but that the stages work"
_TITLE = "A submission to fhe-benchmarking's ml-inference"

_GET_OPENFHE = """\
#!/bin/sh
# The harness calls this before it builds. The library comes with its environment, which build_task.sh makes.
exit 0
"""
_BUILD_TASK = """\
#!/bin/sh
# Usage: scripts/build_task.sh FOLDER; makes the library's environment and FOLDER/build with the executables.
exec "${BENCH_PYTHON:-python3}" -m bench submission --build "$1"
"""
#: The scripts by their names, which the harness knows.
SCRIPTS = {"get_openfhe.sh": _GET_OPENFHE, "build_task.sh": _BUILD_TASK}


def readme(about: About, descriptor: Descriptor, security: Security | None) -> str:
    """The README that the harness's repository asks of a submission.

    Args:
        about: what the submission is.
        descriptor: its backend.
        security: of the keys to come; None where nothing is encrypted.
    """
    return _README.format(
        title=_TITLE if security is not None and security.secure else _INSECURE_TITLE,
        model_digest=about.model_digest,
        backend=about.backend,
        summary=descriptor.summary,
        threads=about.threads,
        parameter_set=about.parameter_set,
        security=_sentence(security),
    )


def _sentence(security: Security | None) -> str:
    if security is None:
        return f"{INSECURE}: nothing is encrypted."
    found = f"log2 N = {security.log_n}, log2 QP = {security.log_qp:.2f}, {security.secret} secret"
    if security.bits is None:
        return f"{INSECURE}: {found} reaches no class of {security.source}."
    return (
        f"{security.bits} bits: {found}, by {security.source}. The key generation judges the keys that it "
        "really made by the same table, and ends with an error where they reach less."
    )
