"""The base models known by name, and how each wants to be asked.

Prefixes, pooling and maximum are those of the models' own cards and folders; `docs/models.md`
cites them. A model that isn't listed can be imported too: its folder says the same things, as far
as its makers wrote them down.
"""

from dataclasses import dataclass

DEFAULT_NAME = "intfloat/multilingual-e5-small"


@dataclass(frozen=True, slots=True)
class BaseModel:
    """What must be known of a model before it can embed.

    Attributes:
        name: on the hub, owner first.
        query_prefix: what goes before a query.
        passage_prefix: what goes before a passage.
        pooling: "mean" of all tokens, or "cls", the first.
        maximum_tokens: the most that it was made for, special tokens included.
        dimensions: length of an embedding.
        words_by_mecab: it needs MeCab's words before its own tokens, and can't be imported.
    """

    name: str
    query_prefix: str
    passage_prefix: str
    pooling: str
    maximum_tokens: int
    dimensions: int
    words_by_mecab: bool = False


_E5 = ("query: ", "passage: ", "mean", 512)
_RURI_3 = ("検索クエリ: ", "検索文書: ", "mean", 8192)

KNOWN_MODELS = {
    model.name: model
    for model in (
        BaseModel("intfloat/multilingual-e5-small", *_E5, 384),
        BaseModel("intfloat/multilingual-e5-base", *_E5, 768),
        BaseModel("intfloat/multilingual-e5-large", *_E5, 1024),
        BaseModel("cl-nagoya/ruri-v3-30m", *_RURI_3, 256),
        BaseModel("cl-nagoya/ruri-v3-70m", *_RURI_3, 384),
        BaseModel("cl-nagoya/ruri-v3-130m", *_RURI_3, 512),
        BaseModel("cl-nagoya/ruri-v3-310m", *_RURI_3, 768),
        BaseModel("pkshatech/GLuCoSE-base-ja-v2", *_E5, 768),
        BaseModel(
            "sonoisa/sentence-bert-base-ja-mean-tokens-v2", "", "", "mean", 512, 768,
            words_by_mecab=True,
        ),
    )
}  # fmt: skip
