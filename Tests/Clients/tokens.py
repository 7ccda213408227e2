"""Counts tokens with cl100k_base, as the LiteLLM wheel carries it; nothing is fetched from a network."""

import importlib.util
import os
import pathlib

# Found and not imported: importing LiteLLM takes packages that counting does not need.
package = pathlib.Path(importlib.util.find_spec("litellm").submodule_search_locations[0])
os.environ["TIKTOKEN_CACHE_DIR"] = str(package / "litellm_core_utils" / "tokenizers")

import tiktoken  # noqa: E402

encoding = tiktoken.get_encoding("cl100k_base")


def count(text):
    """The tokens of a text."""
    return len(encoding.encode(text, disallowed_special=()))
