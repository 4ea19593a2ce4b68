"""Builds the wheel of a tiny library: `python SCRIPT REQUIREMENT WHEEL_FOLDER`, as a backend's script does.

The requirement says how the library behaves: `toylibrary==1` imports, `toylibrary==2` is installed and does
not import, and `toylibrary==3` takes a minute to build.
"""

import sys
import time
import zipfile
from pathlib import Path

requirement, folder = sys.argv[1], Path(sys.argv[2])
version = requirement.partition("==")[2]
sys.stdout.write(f"building {requirement}\n")
sys.stdout.flush()
if version == "3":
    time.sleep(60)
information = f"toylibrary-{version}.dist-info"
with zipfile.ZipFile(folder / f"toylibrary-{version}-py3-none-any.whl", "w") as wheel:
    wheel.writestr("toylibrary.py", "raise ImportError('made for another machine')" if version == "2" else "")
    wheel.writestr(
        f"{information}/METADATA", f"Metadata-Version: 2.1\nName: toylibrary\nVersion: {version}\n"
    )
    wheel.writestr(f"{information}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
    wheel.writestr(f"{information}/RECORD", "")
