"""What a library was built with, read from its binaries: they say more than its version does.

Compilers name themselves in the section `.comment` of an ELF file, OpenMP's runtime is among the libraries
that it needs, and Intel HEXL leaves its symbols. Which vector instructions there are, only the code itself
says: it is disassembled from end to end, some half a million instructions a library, in about a second.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import closing
from functools import cache
from pathlib import Path

from capstone import CS_ARCH_X86, CS_MODE_64, Cs
from elftools.common.exceptions import ELFError
from elftools.elf.dynamic import DynamicSection
from elftools.elf.elffile import ELFFile

#: Registers or prefix of instructions → the instruction set that has them, from the widest.
VECTORS = (("zmm", "AVX-512"), ("ymm", "AVX2"), ("vex", "AVX"))
#: What every x86-64 processor has.
BASELINE = "x86-64 without AVX"
#: From how many instructions on a binary is called built for a set: fewer may be data among the code.
LEAST = 20
#: A compiler's name for itself → how it is called here.
COMPILERS = (
    (re.compile(rb"GCC: \(.*?\) (\d+(?:\.\d+)*)"), "GCC"),
    (re.compile(rb"clang version (\d+(?:\.\d+)*)"), "Clang"),
)
OPENMP = ("libgomp", "libomp", "libiomp5")
HEXL = b"5intel4hexl"


def facts(binaries: Iterable[Path]) -> dict[str, str]:
    """How the binaries of a library were built, together; nothing of what is no ELF file."""
    found = [one for one in map(_facts, binaries) if one is not None]
    if not found:
        return {}
    compilers = sorted({compiler for one in found for compiler in one.compilers})
    return {
        "compiler": ", ".join(compilers) or "unknown",
        "instructions": _widest([one.instructions for one in found]),
        "openmp": "yes" if any(one.openmp for one in found) else "no",
        "hexl": "yes" if any(one.hexl for one in found) else "no",
    }


class _Facts:
    """What one file says."""

    def __init__(self, path: Path, elf: ELFFile) -> None:
        comment = elf.get_section_by_name(".comment")
        said = b"" if comment is None else comment.data()
        self.compilers = {
            f"{name} {version.decode()}" for pattern, name in COMPILERS for version in pattern.findall(said)
        }
        dynamic = elf.get_section_by_name(".dynamic")
        tags = dynamic.iter_tags("DT_NEEDED") if isinstance(dynamic, DynamicSection) else ()
        needed = [getattr(tag, "needed", "") for tag in tags]
        self.openmp = any(name.startswith(OPENMP) for name in needed)
        self.hexl = HEXL in path.read_bytes()
        text = elf.get_section_by_name(".text")
        x86 = elf["e_machine"] == "EM_X86_64"
        self.instructions = _instructions(text.data()) if x86 and text is not None else elf["e_machine"]


@cache
def _facts(path: Path) -> _Facts | None:
    """What one file says; None where it cannot be read or is no ELF file."""
    try:
        with path.open("rb") as file, closing(ELFFile(file)) as elf:
            return _Facts(path, elf)
    except (OSError, ELFError):
        return None


def _instructions(code: bytes) -> str:
    """The widest set of vector instructions in some machine code."""
    machine = Cs(CS_ARCH_X86, CS_MODE_64)
    machine.skipdata = True
    counts = dict.fromkeys((name for name, _ in VECTORS), 0)
    for _, _, mnemonic, operands in machine.disasm_lite(code, 0):
        if not mnemonic.startswith("v"):
            continue
        if "zmm" in operands:
            counts["zmm"] += 1
        elif "ymm" in operands:
            counts["ymm"] += 1
        elif "xmm" in operands:
            counts["vex"] += 1
    return next((title for name, title in VECTORS if counts[name] >= LEAST), BASELINE)


def _widest(found: list[str]) -> str:
    """The widest set that any of the binaries has."""
    order = [title for _, title in VECTORS]
    return min(found, key=lambda title: order.index(title) if title in order else len(order))
