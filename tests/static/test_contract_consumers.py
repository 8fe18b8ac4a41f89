"""Everything a contract says is read by something that acts: a field that nobody reads is a promise nobody keeps.

Types tell what is read: in `contract.provenance.licence`, mypy says that `licence` is read of a `Provenance`.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, get_args

import pytest
import yaml
from mypy.build import BuildResult, BuildSource, build
from mypy.find_sources import create_source_list
from mypy.nodes import ClassDef, Decorator, FuncDef, MemberExpr, MypyFile
from mypy.options import Options
from mypy.traverser import NameAndMemberCollector
from mypy.types import Instance, Type, TypeVarLikeType, UnionType, get_proper_type
from pydantic import BaseModel

from calanque.contracts import ContractError, read_contract
from calanque.contracts.model import FeedContract
from calanque.contracts.standard import READ
from calanque.formats import FORMATS

ROOT = Path(__file__).parents[2]
# What only reads, checks or writes a contract is no consumer of it; the page is, for what people are owed.
READERS = ("calanque.contracts.", "calanque.scaffold.")
PAGE = "calanque.contracts.page"
# Fields that act otherwise, each with the reason.
LIVE = ("container", "keep_where", "limitations", "title", "valid_from")
OTHERWISE = {
    ("BronzeColumn", "logical_type"): "the standard's word for a type; the rules hold it to physical_type, which acts",
    **{(model.__name__, "type"): "chooses the module that reads the file" for model in FORMATS.values()},
    **{("Live", field): "takes the place of the contract's own where it is switched on" for field in LIVE},
}


class Read(NamedTuple):
    """One attribute that the code reads: of which class (and its bases), by which method of which class."""

    name: str
    of: tuple[str, ...]
    module: str
    by: tuple[str, str] | None


def _members(tree: MypyFile) -> Iterator[MemberExpr]:
    found = NameAndMemberCollector()
    tree.accept(found)
    # The list grows: what stands before a dot is looked into as well.
    for member in found.member_exprs:
        member.expr.accept(found)
        yield member


def _methods(tree: MypyFile) -> Iterator[tuple[range, tuple[str, str]]]:
    """Yield the lines of each method, with the names of its class and its own."""
    for owner in tree.defs:
        for item in owner.defs.body if isinstance(owner, ClassDef) else ():
            if isinstance(item, FuncDef | Decorator):
                yield range(item.line, (item.end_line or item.line) + 1), (owner.fullname, item.name)


def _instances(kind: Type | None) -> Iterator[Instance]:
    kind = get_proper_type(kind)
    if isinstance(kind, Instance):
        yield kind
    elif isinstance(kind, UnionType):
        for item in kind.items:
            yield from _instances(item)
    elif isinstance(kind, TypeVarLikeType):
        yield from _instances(kind.upper_bound)


MADE_UP = """
class Page:
    shown: str

class Feed:
    used: str
    shown: str
    checked: str
    counted: str
    forgotten: str

    @property
    def count(self) -> int:
        return len(self.counted)

    def check(self) -> bool:
        return bool(self.checked)

class Other(Feed):
    pass

def consumer(feed: Other | None, page: Page) -> tuple[str, str, int]:
    return (feed.used if feed else "", page.shown, feed.count if feed else 0)
"""
OF_MADE_UP = {"made_up": {"used", "counted"}, "calanque.contracts.made_up": set[str]()}


@pytest.fixture(scope="module")
def reads() -> list[Read]:
    """Every attribute that the code, and what is made up beside it, reads of something whose class is known."""
    options = Options()
    # What others wrote reads no contract.
    options.follow_imports, options.ignore_missing_imports, options.ignore_errors = "skip", True, True
    options.export_types, options.preserve_asts, options.incremental = True, True, False
    sources = create_source_list([str(ROOT / part) for part in ("calanque", "dags", "ml")], options)
    sources += [BuildSource(None, module, MADE_UP) for module in OF_MADE_UP]
    built: BuildResult = build(sources, options=options)
    found = []
    for module, state in built.graph.items():
        if state.tree:
            methods = list(_methods(state.tree))
            for member in _members(state.tree):
                by = next((name for lines, name in methods if member.line in lines), None)
                for known in _instances(built.types.get(member.expr)):
                    bases = tuple(base.fullname for base in known.type.mro)
                    found.append(Read(member.name, bases, module, by))
    return found


def models_in(annotation: object) -> Iterator[type[BaseModel]]:
    """Yield every model that a type is made of, and those that these are made of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        for field in annotation.model_fields.values():
            yield from models_in(field.annotation)
    for part in get_args(annotation):
        yield from models_in(part)


def classes_of(model: type) -> tuple[str, ...]:
    return tuple(f"{base.__module__}.{base.__qualname__}" for base in model.__mro__)


MODELS = {model.__name__: model for model in models_in(FeedContract)}
FIELDS = [(model, field) for model in MODELS for field in MODELS[model].model_fields]
BASES = {classes_of(base)[0]: classes_of(base) for model in MODELS.values() for base in model.__mro__}


def has_consumer(model: str, field: str, reads: list[Read], bases: dict[str, tuple[str, ...]]) -> bool:
    """Whether a field is read by something that acts.

    What a model's own method reads is consumed when that method is called: pydantic's checks are called by nobody.

    Args:
        model: the model that declares the field.
        field: the field.
        reads: what the code reads.
        bases: every model with its bases, itself first.
    """

    def reads_of_its(owner: str, name: str) -> Iterator[Read]:
        return (read for read in reads if read.name == name and (owner in read.of or read.of[0] in bases[owner]))

    def acts(read: Read, above: tuple[tuple[str, str], ...]) -> bool:
        if read.by and read.by[0] in bases:
            return read.by not in above and any(acts(call, (*above, read.by)) for call in reads_of_its(*read.by))
        return read.module == PAGE or not read.module.startswith(READERS)

    return any(acts(read, ()) for read in reads_of_its(model, field))


def test_every_declared_field_has_a_consumer(reads: list[Read]) -> None:
    assert len(FIELDS) > 80
    nobody_reads = {
        (model, field) for model, field in FIELDS if not has_consumer(classes_of(MODELS[model])[0], field, reads, BASES)
    }
    assert nobody_reads == set(OTHERWISE)


@pytest.mark.parametrize(("module", "consumed"), OF_MADE_UP.items())
def test_a_field_is_consumed_by_what_acts_and_not_by_what_only_reads_contracts(
    module: str, consumed: set[str], reads: list[Read]
) -> None:
    feed, fields = f"{module}.Feed", ("used", "shown", "checked", "counted", "forgotten")
    assert {field for field in fields if has_consumer(feed, field, reads, {feed: (feed,)})} == consumed


def places(read: Any, content: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Yield the path of every field of the standard in a contract's text, with its value."""
    if isinstance(content, list):
        for index, item in enumerate(content):
            yield from places(read, item, (*path, index))
    elif isinstance(content, dict):
        read = read.get(content.get("property") or content.get("name"), read)
        for key, value in content.items():
            if read[key]:
                yield from places(read[key], value, (*path, key))
            else:
                yield (*path, key), value


def test_what_is_read_of_the_standard_acts(tmp_path: Path) -> None:
    """Whichever field of the standard says something else, the contract is another one or is refused."""
    path = ROOT / "dags" / "feeds" / "toronto_incidents.odcs.yaml"
    text, before = path.read_text(encoding="utf-8"), read_contract(path)
    found = dict(places(READ, yaml.safe_load(text)))
    assert len(found) > 100
    # One place of a kind says what all of them do.
    for place in {tuple(part for part in place if isinstance(part, str)): place for place in found}.values():
        content = node = yaml.safe_load(text)
        for part in place[:-1]:
            node = node[part]
        node[place[-1]] = "something else"
        changed = tmp_path / path.name
        changed.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
        try:
            after = read_contract(changed)
        except ContractError:
            continue
        assert after != before, place
