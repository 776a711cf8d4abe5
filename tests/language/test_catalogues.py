"""Both catalogues say everything the code asks for, in the same shape."""

from __future__ import annotations

import ast
import logging
import re
import string
import unicodedata
from functools import cache
from pathlib import Path

import pytest

from language import LANGUAGES, catalogue, pick, text

ROOT = Path(__file__).resolve().parents[2]
CODE_FOLDERS = (
    "data_access",
    "permissions",
    "jobs",
    "twin",
    "analytics",
    "operations",
    "layouts",
    "callbacks",
    "processes",
    "wall",
    "app.py",
)
SAYS = re.compile(r"(?:from|import) (?:language|layouts\.pages)\b")  # may ask for words
DOMAINS = catalogue.domains()


def _fields(words: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(words) if name}


@cache
def _modules() -> tuple[tuple[Path, ast.Module], ...]:
    paths: list[Path] = []
    for name in CODE_FOLDERS:
        path = ROOT / name
        paths += sorted(path.rglob("*.py")) if path.is_dir() else [path] if path.exists() else []
    texts = {path: path.read_text(encoding="utf-8") for path in paths}
    return tuple((path, ast.parse(text)) for path, text in texts.items() if SAYS.search(text))


@cache
def _nodes() -> tuple[tuple[Path, list[ast.AST]], ...]:
    """Return what says words in each module, or may: calls, functions, imports."""
    wanted = (ast.Call, ast.FunctionDef, ast.ImportFrom)
    return tuple(
        (path, [node for node in ast.walk(tree) if isinstance(node, wanted)])
        for path, tree in _modules()
    )


@cache
def _sayers() -> dict[tuple[str, str], str]:
    """Return the functions that say words of one place: (module, name) -> how their keys begin."""
    found: dict[tuple[str, str], str] = {}
    for path, nodes in _nodes():
        for node in nodes:
            if not isinstance(node, ast.FunctionDef) or not node.args.args:
                continue
            for each in node.body:
                is_saying = isinstance(each, ast.Return) and isinstance(each.value, ast.Call)
                if is_saying and _callee(each.value) == "text" and each.value.args:
                    match each.value.args[0]:
                        case ast.JoinedStr([ast.Constant(str(begin)), ast.FormattedValue(given)]):
                            if ast.unparse(given) == node.args.args[0].arg:
                                found[_module(path), node.name] = begin
    return found


def _module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def _begins(path: Path, nodes: list[ast.AST]) -> dict[str, str]:
    """Return by which names a module says words, and how their keys begin."""
    found = {name: begin for (module, name), begin in _sayers().items() if module == _module(path)}
    for node in nodes:
        if isinstance(node, ast.ImportFrom):
            for each in node.names:
                begin = _sayers().get((str(node.module), each.name))
                if begin is not None:
                    found[each.asname or each.name] = begin
    return found | {"text": ""}


@cache
def _sayings() -> tuple[tuple[str, ast.expr, str], ...]:
    """Return every call that says words: how its key begins, what is given, and where it stands."""
    found: list[tuple[str, ast.expr, str]] = []
    for path, nodes in _nodes():
        begins = _begins(path, nodes)
        for node in nodes:
            if not (isinstance(node, ast.Call) and node.args and _callee(node) in begins):
                continue
            if isinstance(node.func, ast.Name) or _callee(node) == "text":  # else it is another's
                where = f"{path.relative_to(ROOT)}:{node.lineno}"
                found.append((begins[_callee(node)], node.args[0], where))
    return tuple(found)


def _asked() -> dict[str, str]:
    """Return every literal "domain.key" of the code, and where it stands."""
    key = re.compile(rf"^(?:{'|'.join(DOMAINS)})\.[a-z][\w.-]*[\w]$")
    found: dict[str, str] = {}
    for begin, given, where in _sayings():
        if isinstance(given, ast.Constant) and isinstance(given.value, str):
            words = begin + given.value
            if key.match(words):
                found[words] = where
    return found


def _prefixes() -> dict[str, str]:
    """Return the beginnings of keys made by f-strings: at least one entry must begin so."""
    found: dict[str, str] = {}
    for begin, given, where in _sayings():
        if isinstance(given, ast.JoinedStr) and isinstance(given.values[0], ast.Constant):
            words = f"{begin}{given.values[0].value}"
            if words.split(".")[0] in DOMAINS and "." in words:
                found[words] = where
    return found


def _callee(node: ast.Call) -> str:
    function = node.func
    return getattr(function, "attr", getattr(function, "id", ""))


@pytest.mark.parametrize("domain", DOMAINS)
def test_both_languages_have_the_same_entries(domain):
    keys = {each: set(catalogue.load(each, domain).words) for each in LANGUAGES}
    assert keys["vi"] == keys["en"]
    assert keys["vi"], "a catalogue without a single usable entry"


@pytest.mark.parametrize("domain", DOMAINS)
def test_both_languages_fill_the_same_values(domain):
    for key, forms in catalogue.load("vi", domain).words.items():
        other = catalogue.load("en", domain).words[key]
        assert {*map(frozenset, map(_fields, forms))} == {*map(frozenset, map(_fields, other))}, key


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("domain", DOMAINS)
def test_words_are_composed_and_trimmed(language, domain):
    for key, forms in catalogue.load(language, domain).words.items():
        for form in forms:
            assert form == unicodedata.normalize("NFC", form), key
            assert form == form.strip(), key


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("domain", DOMAINS)
def test_no_entry_stands_twice_or_empty(language, domain):
    path = catalogue.FOLDER / language / f"{domain}.po"
    entries = re.findall(r'^msgid "(.+)"$', path.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(entries) == len(set(entries))
    assert set(entries) == set(catalogue.load(language, domain).words)


def test_every_key_the_code_asks_for_has_words():
    missing = {key: where for key, where in _asked().items() if not catalogue.has(key)}
    assert missing == {}


def _told() -> dict[str, str]:
    """Return every sentence of the code that is told (language/told.py), and where it stands."""
    found: dict[str, str] = {}
    for path, tree in _modules():
        imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        if not any(a.name == "told" for each in imports for a in each.names):
            continue
        named: dict[str, list[str]] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign):
                pairs = [(target, node.value) for target in node.targets]
                if isinstance(node.targets[0], ast.Tuple) and isinstance(node.value, ast.Tuple):
                    pairs = list(zip(node.targets[0].elts, node.value.elts, strict=True))
                for target, words in pairs:
                    if isinstance(target, ast.Name) and isinstance(words, ast.Constant):
                        named.setdefault(target.id, []).append(words.value)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _callee(node) == "told" and node.args:
                first, at = node.args[0], f"{path.relative_to(ROOT)}:{node.lineno}"
                said = getattr(first, "value", None)
                for words in [said] if said else named.get(getattr(first, "id", ""), [f"? {at}"]):
                    found[words] = at
    return found


def test_every_sentence_that_is_told_has_words_and_no_other_has():
    assert _told().keys() == catalogue.load("vi", "refusals").words.keys()


def test_every_beginning_of_a_key_leads_somewhere():
    keys = {f"{domain}.{key}" for domain in DOMAINS for key in catalogue.load("vi", domain).words}
    lost = {p: at for p, at in _prefixes().items() if not any(key.startswith(p) for key in keys)}
    assert lost == {}


def test_a_missing_key_shows_itself_and_is_logged_once(caplog):
    with caplog.at_level(logging.ERROR):
        assert text("time.no_such_words") == "time.no_such_words"
        assert text("time.no_such_words") == "time.no_such_words"
    assert len(caplog.records) == 1


def test_a_plural_follows_the_language():
    assert text("time.minute", "en", count=1) == "1 minute"
    assert text("time.minute", "en", count=2) == "2 minutes"
    assert text("time.minute", "vi", count=2) == "2 phút"


def test_picking_falls_back_to_a_language_there_is():
    assert pick({"vi": "Mưa", "en": "Rain"}, "en") == "Rain"
    assert pick({"vi": "Mưa"}, "en") == "Mưa"
    assert pick({"fr": "Pluie"}, "en") == "Pluie"
    assert pick(None, "en") == ""


def test_a_fuzzy_entry_counts_as_missing(tmp_path):
    folder = tmp_path / "vi"
    folder.mkdir()
    (folder / "some.po").write_text('#, fuzzy\nmsgid "a"\nmsgstr "b"\n\nmsgid "c"\nmsgstr "d"\n')
    assert set(catalogue.load("vi", "some", folder=tmp_path).words) == {"c"}
