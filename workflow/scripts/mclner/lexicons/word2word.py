"""Reading the bilingual lexicons of word2word (Choe et al. 2020), which come as pickles, without running anything.

A file holds three dictionaries: English word -> number, number -> target word, number -> numbers of its translations,
the best first. An unpickler that refuses every name leaves a pickle nothing but plain containers, strings and numbers.
"""

from __future__ import annotations

import io
import pickle
from pathlib import Path
from typing import Any, NoReturn

from mclner.common.exceptions import InputError


class DataOnlyUnpickler(pickle.Unpickler):
    """Loads plain data; anything that would have to be imported, and so any code, is refused."""

    def find_class(self, module: str, name: str) -> NoReturn:
        raise pickle.UnpicklingError(f"it asks for {module}.{name}")

    def persistent_load(self, identifier: Any) -> NoReturn:
        raise pickle.UnpicklingError("it asks for something outside the file")


def read_word2word(path: Path, best: int) -> list[tuple[str, str]]:
    """English words with their `best` translations, in file order. Raises InputError on anything but plain data."""
    remedy = "Delete it and fetch again; do not load it by other means."
    try:
        numbers, words, translations = DataOnlyUnpickler(io.BytesIO(path.read_bytes())).load()
        return [
            (str(english), str(words[target]))
            for english, number in numbers.items()
            for target in list(translations.get(number, ()))[:best]
            if target in words
        ]
    except Exception as error:  # a pickle of random bytes may raise anything
        raise InputError(path, f"is no word2word lexicon ({type(error).__name__}: {error}).", remedy) from None
