"""The cases as the YAML files tell them, checked strictly before anything is run."""

from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    StrictStr,
    model_validator,
)

FOLDER = Path(__file__).parent
Grade = Literal["must", "should"]
_ALL_IS_TEXT = yaml.BaseLoader
"""It makes text of every scalar: elsewhere YAML takes 9:00 for 540, and no for false."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Repeated(_Strict):
    """A long text, told shortly: `repeat` as often as `times`, between `before` and `after`."""

    repeat: StrictStr = Field(min_length=1)
    times: int = Field(ge=2, le=200_000)
    before: StrictStr = ""
    after: StrictStr = ""

    def text(self) -> str:
        """Return the text in full."""
        return f"{self.before}{self.repeat * self.times}{self.after}"


def _written_out(value: object) -> object:
    if isinstance(value, dict) and "repeat" in value:
        return Repeated.model_validate(value).text()
    return value


def _asked(value: object) -> str:
    """Return a query; pydantic's own check would refuse a lone surrogate, which one may ask."""
    query = _written_out(value)
    if not isinstance(query, str) or not query:
        raise ValueError("a query is a text that is not empty")
    return query


Text = Annotated[StrictStr, BeforeValidator(_written_out)]
Query = Annotated[str, PlainValidator(_asked)]


class Document(_Strict):
    """A document's title, which may be empty, and its text."""

    title: Text = ""
    body: Text

    @model_validator(mode="before")
    @classmethod
    def _body_alone(cls, value: object) -> object:
        whole = _written_out(value)
        return {"body": whole} if isinstance(whole, str) else whole

    @model_validator(mode="after")
    def _is_a_file(self) -> Self:
        try:
            f"{self.title}{self.body}".encode()
        except UnicodeEncodeError:
            raise ValueError("no file in UTF-8 holds a lone surrogate; ask for one only") from None
        return self


class Case(_Strict):
    """One query over a few documents, and which of them it finds and doesn't.

    Attributes:
        query: as a person types it.
        documents: by id; nothing else is in the tenant's index.
        hits: ids of those that must be found; the order doesn't count.
        misses: ids of those that must not be found.
        grade: `must` where a reasonable user would call its absence a bug, `should` elsewhere.
        reason: why, in one sentence.
    """

    query: Query
    documents: dict[StrictStr, Document] = Field(min_length=1)
    hits: list[StrictStr]
    misses: list[StrictStr]
    grade: Grade
    reason: StrictStr = Field(min_length=20)

    @model_validator(mode="before")
    @classmethod
    def _has_all_keys(cls, value: object) -> object:
        if isinstance(value, dict):
            missing = set(cls.model_fields) - set(value)
            if missing:
                raise ValueError(f"a case tells all its keys; missing: {sorted(missing)}")
        return value

    @model_validator(mode="after")
    def _judges_every_document_once(self) -> Self:
        judged = [*self.hits, *self.misses]
        if sorted(judged) != sorted(self.documents):
            raise ValueError("each document stands once, either in hits or in misses")
        return self


class NumberedCase(_Strict):
    """A case with where it stands: the `number`th, counted from 1, of the file `group`.yaml."""

    group: str
    number: int
    case: Case

    @property
    def name(self) -> str:
        """Return what reports and tests call it by.

        >>> NumberedCase.model_construct(group="width", number=7).name
        'width-7'
        """
        return f"{self.group}-{self.number}"


@cache
def all_cases() -> tuple[NumberedCase, ...]:
    """Return the cases of every file beside this module, by group and number.

    Raises:
        ValueError: when a file holds anything else than a list of cases, naming file and number.
    """
    found = []
    for path in sorted(FOLDER.glob("*.yaml")):
        listed = yaml.load(path.read_text(encoding="utf-8"), Loader=_ALL_IS_TEXT)  # noqa: S506
        if not isinstance(listed, list) or not listed:
            raise ValueError(f"{path.name} is no list of cases")
        for number, one in enumerate(listed, start=1):
            try:
                case = Case.model_validate(one)
            except ValueError as error:
                raise ValueError(f"{path.name}, case {number}: {error}") from error
            found.append(NumberedCase(group=path.stem, number=number, case=case))
    return tuple(found)
