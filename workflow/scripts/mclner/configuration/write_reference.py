"""Write what is made from the dataclasses of the configuration: its schema and its reference, docs/configuration.md.

PYTHONPATH=workflow/scripts python -m mclner.configuration.write_reference
"""

from __future__ import annotations

from pathlib import Path

import yaml

from mclner.configuration.reference import reference
from mclner.configuration.schema import schema

ROOT = Path(__file__).resolve().parents[4]


def made() -> dict[Path, str]:
    """Text of each file by its path in the repository."""
    text = yaml.safe_dump(schema(), sort_keys=False, allow_unicode=True, width=120)
    return {Path("workflow/schemas/config.schema.yaml"): text, Path("docs/configuration.md"): reference()}


if __name__ == "__main__":
    for path, text in made().items():
        (ROOT / path).write_text(text, encoding="utf-8")
