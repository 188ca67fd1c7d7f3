"""The launcher: in a wheel this file is `gouji/__init__.py`, and it puts the four packages beside it on the import path.

In a checkout, and in an editable install of one, they are on the path already.
"""

import sys
from pathlib import Path

_HERE = Path(__file__).resolve().parent
if (_HERE / "flows").is_dir():
    sys.path.insert(0, str(_HERE))


def main() -> None:
    """Run the `gouji` command."""
    from flows.cli import main as run

    run()


if __name__ == "__main__":
    main()
