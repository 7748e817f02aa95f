"""The documents name nothing that is not there: files, functions, links."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
# `path/file.py`, `path/file.py:function`, `path/file.py:Class.method`, and other files with a folder or an ending.
NAMED = re.compile(r"`([\w.-]*/?(?:[\w.-]+/)*[\w.-]+\.(?:py|toml|md|css|html|sh|yml|lock))(?::([A-Za-z_][\w.]*))?`")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s#]+)[^)]*\)")


def names_in(source: str) -> set[str]:
    """Functions, classes, methods and values that a module defines."""
    return set(_names(ast.parse(source).body))


def _names(body: list[ast.stmt], prefix: str = "") -> Iterator[str]:
    for node in body:
        match node:
            case ast.ClassDef(name=name):
                yield prefix + name
                yield from _names(node.body, f"{prefix}{name}.")
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield prefix + name
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                yield prefix + name


def absent(text: str) -> list[str]:
    """The files and functions that `text` names in backticks with a path, and that do not exist."""
    return [
        f"{path}:{name}" if name else path
        for path, name in NAMED.findall(text)
        if not (ROOT / path).is_file() or (name and name not in names_in((ROOT / path).read_text("utf-8")))
    ]


def test_every_file_and_function_that_the_architecture_names_exists() -> None:
    text = (ROOT / "docs/architecture.md").read_text("utf-8")
    assert len(NAMED.findall(text)) > 15
    assert absent(text) == []


def test_a_name_that_is_not_there_is_found() -> None:
    here = "tests/test_docs.py"
    assert absent(f"`{here}` `{here}:absent` `{here}:NAMED` `pyproject.toml` `GET /feeds/all.atom` `run`") == []
    wrong = ["tests/test_dogs.py", f"{here}:present", "aggregator/model.py:Source.colour", "missing.toml"]
    assert absent(" ".join(f"`{name}`" for name in wrong)) == wrong


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    links = [link for link in LINK.findall(document.read_text("utf-8")) if "://" not in link and ":" not in link]
    assert [link for link in links if not (document.parent / link).exists()] == []
