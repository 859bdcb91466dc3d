"""Front matter: what a Markdown file says of itself, as YAML between two lines of hyphens."""

import re
from typing import Any

import yaml

_LIMIT_CHARACTERS = 20_000
_BLOCK = re.compile(r"---[ \t]*\r?\n(.*?\n)(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL)


class _Loader(yaml.SafeLoader):
    """YAML as plain values: dates stay text, and what is written once is there once."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """Refuse an alias: a few of them can stand for more text than there is memory."""
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError
        return super().compose_node(parent, index)


def _as_written(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> str:
    return str(loader.construct_scalar(node))


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _as_written)


def split_front_matter(text: str) -> tuple[dict[str, Any], str]:
    r"""Return what a file says of itself, by name, and the text below.

    Lines of hyphens that hold no YAML of names and values are the text's own, which stays whole.

    >>> split_front_matter("---\ntitle: 旅費規程\ndate: 2026-11-01\n---\n日当は二千円。")
    ({'title': '旅費規程', 'date': '2026-11-01'}, '日当は二千円。')
    >>> split_front_matter("---\n日当は二千円。\n---\n")
    ({}, '---\n日当は二千円。\n---\n')
    """
    block = _BLOCK.match(text[:_LIMIT_CHARACTERS])
    if block is None:
        return {}, text
    try:
        told = yaml.load(block.group(1), _Loader)  # noqa: S506 - a SafeLoader
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}, text
    if not isinstance(told, dict):
        return {}, text
    return {str(name): value for name, value in told.items()}, text[block.end() :]
