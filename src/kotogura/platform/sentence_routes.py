"""The route that shows how a sentence is cut, part of `functions/search`."""

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from pydantic import BaseModel, Field

from kotogura.errors import InvalidDictionary, UnanalyzableText
from kotogura.platform.http import current_tenant
from kotogura.platform.operations import operation
from kotogura.search.sentences import DRAFT_LIMIT_CHARACTERS, Sentences


class Sentence(BaseModel):
    """A text, and a user dictionary to try."""

    text: str = Field(max_length=1000)
    dictionary: str | None = Field(
        default=None,
        max_length=DRAFT_LIMIT_CHARACTERS,
        description="CSV as `PUT /dictionary` takes it, in place of the one in use",
    )


class WordView(BaseModel):
    """A word where it stands, end exclusive, in code points."""

    surface: str
    normalized: str
    reading: str = Field(description="in katakana")
    part_of_speech: str
    start: int
    end: int
    terms: list[str] = Field(description="what it is found by; empty for words that are dropped")


class CutSentence(BaseModel):
    """The words of a text."""

    words: list[WordView]


def add_sentence_routes(app: APIGatewayHttpResolver, sentences: Sentences) -> None:
    """Let `app` show how a sentence is cut."""

    @app.post(
        "/analyze",
        **operation(
            "analyze",
            "Settings",
            "See how a sentence is cut into words",
            InvalidDictionary,
            UnanalyzableText,
            description="With `dictionary`, as it would be cut by that one; nothing is kept.",
            answer="The words in order.",
        ),
    )
    def analyze(body: Sentence) -> CutSentence:
        found = sentences.cut(current_tenant(app), body.text, body.dictionary)
        return CutSentence(
            words=[
                WordView(
                    surface=one.surface,
                    normalized=one.normalized,
                    reading=one.reading,
                    part_of_speech=one.part_of_speech,
                    start=one.start,
                    end=one.end,
                    terms=list(one.terms),
                )
                for one in found
            ]
        )
