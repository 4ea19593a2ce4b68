"""A key owner that tells its secret to the test, and nobody else: the code of its adapter, and who hears it.

The product has no such way, and must have none. So the adapter is another one, made of the library's as any
package could make one: what it would have to reach for is in the library's own objects. It tells over a
connection on this machine, so that what it tells lies in no file which is then searched.
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Mapping
from contextlib import suppress

#: How each library writes a secret key down, and a public one, of which the evaluator may hold every byte.
WRITTEN = {
    "openfhe": "import openfhe\n"
    "        pair = getattr(owner, '_keys', None)\n"
    "        keys = (owner._secret, None) if pair is None else (pair.secretKey, pair.publicKey)\n"
    "        every = (bytes(openfhe.Serialize(one, openfhe.BINARY)) if one else b'' for one in keys)\n"
    "        secret, public = every\n"
    "        return secret, public + bytes(openfhe.Serialize(owner._context, openfhe.BINARY)), ()",
    # What it writes is packed (zstd), so the residues are told as they are, before it.
    "tenseal": "import array\n"
    "        key = owner._generator.secret_key()\n"
    "        values = key.data()\n"
    "        plain = array.array('Q', (values[at] for at in range(values.coeff_count()))).tobytes()\n"
    "        return plain + saved(key), saved(owner._saved_public_key), primes()",
    "seal_python": "return saved(owner._generator.secret_key()), saved(owner._saved_public_key), primes()",
    "pyfhel": "held = owner._binding\n"
    "        return held.to_bytes_secret_key('none'), held.to_bytes_public_key('none'), primes()",
}
#: A simulator has no secret; of another library it is not known where it keeps one.
NOTHING = "return b'', b'', ()"
#: What is done to a key owner, or to one of several; see `tests.end_to_end.saboteur`.
TELLING = """import json, os, pathlib, socket, tempfile

    def tell(kind, content, **more):
        with socket.create_connection(("127.0.0.1", {port}), timeout=60) as line:
            line.sendall(json.dumps(dict(kind=kind, pid=os.getpid(), **more)).encode() + b"\\n" + content)
            line.shutdown(socket.SHUT_WR)
            line.recv(1)

    def saved(key):
        path = pathlib.Path(tempfile.mkdtemp()) / "key"
        key.save(str(path))
        content = path.read_bytes()
        path.unlink()
        path.parent.rmdir()
        return content

    def primes():
        chain = owner._context.chain
        return (*chain.primes, *chain.special_primes)

    def written():
        {written}

    def told(method, after):
        def telling(*asked, **times):
            answer = method(*asked, **times)
            after(answer)
            return answer
        return telling

    def careless(content):
        {careless}

    def all_of_it(answer):
        secret, public, moduli = written()
        careless(secret)
        tell("secret", secret, moduli=list(map(int, moduli)))
        tell("public", public)

    def values(answer):
        careless(answer.tobytes())
        tell("decrypted", answer.tobytes())

    if hasattr(owner, "contribute"):
        owner.contribute = told(owner.contribute, all_of_it)
        owner.fuse = told(owner.fuse, values)
    else:
        all_of_it(None)
        owner.restore = told(owner.restore, all_of_it)
        owner.decrypt = told(owner.decrypt, values)"""


class Ear:
    """Hears what key owners tell, in a thread.

    Attributes:
        port: where.
    """

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._told: list[tuple[Mapping[str, object], bytes]] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        """Hear nothing further."""
        self._listening.close()

    def forget(self) -> None:
        """Begin anew."""
        self._told.clear()

    def told(self, kind: str) -> list[bytes]:
        """Everything of a kind so far, each once: `secret`, `public` or `decrypted`."""
        return list(
            dict.fromkeys(content for head, content in [*self._told] if head["kind"] == kind and content)
        )

    def moduli(self) -> list[int]:
        """The primes that were told with secrets; none where these have them beside them."""
        heads = [head.get("moduli") or () for head, _ in [*self._told]]
        return sorted({int(one) for head in heads if isinstance(head, list) for one in head})

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                line, _ = self._listening.accept()
                with line, suppress(OSError, ValueError):
                    line.settimeout(60)
                    whole = line.makefile("rb").read()
                    head, _, content = whole.partition(b"\n")
                    self._told.append((json.loads(head), content))
                    line.sendall(b".")


def telling(backend: str, port: int, careless: str = "return") -> str:
    """What is done to a key owner of a backend, so that it tells.

    Args:
        backend: of which it is.
        port: where it is heard.
        careless: what it does with its secrets besides, `content` being one.
    """
    return TELLING.format(port=port, written=WRITTEN.get(backend, NOTHING), careless=careless)
