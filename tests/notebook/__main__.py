"""`python -m tests.notebook` runs the example notebook and stores what it prints."""

from __future__ import annotations

import nbformat

from tests.notebook.execution import NOTEBOOK, executed


def main() -> None:
    """See the module's docstring."""
    nbformat.write(executed(), NOTEBOOK)
    print(f"written: {NOTEBOOK}")


if __name__ == "__main__":
    main()
