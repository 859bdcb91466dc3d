"""Small models as they lie on a hub: random weights, and settings in the hub's older form."""

import json
from pathlib import Path
from typing import Any

import torch
import transformers
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from kotogura.semantics.sample_sentences import SAMPLE_SENTENCES

LETTERS = sorted({letter for sentence in SAMPLE_SENTENCES for letter in sentence if letter != " "})
ASCII = [chr(code) for code in range(0x21, 0x7F)]


def word_piece() -> Tokenizer:
    """BERT's own tokenizer over single letters; every kanji stands alone, kana continue words."""
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    pieces += [form for letter in sorted({*LETTERS, *ASCII}) for form in (letter, f"##{letter}")]
    tokenizer = Tokenizer(
        models.WordPiece({piece: index for index, piece in enumerate(pieces)}, unk_token="[UNK]")
    )
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=False)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return tokenizer


def unigram(foreign: int) -> Tokenizer:
    """A Unigram tokenizer like XLM-R's, with `foreign` pieces that no Japanese text has."""
    pieces = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)]
    pieces += [(letter, -5.0) for letter in sorted({*LETTERS, *ASCII, "\u2581"})]
    pieces += [(chr(0x0410 + n % 32) * (2 + n // 32), -9.0) for n in range(foreign)]
    pieces += [("<mask>", 0.0)]
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=3, byte_fallback=False))
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    return tokenizer


def write_model(
    folder: Path,
    tokenizer: Tokenizer,
    *,
    kind: str = "bert",
    pooling: str = "mean",
    prompts: dict[str, str] | None = None,
    **sentence: Any,
) -> Path:
    """Write a model with two layers of random weights and return its folder."""
    size = tokenizer.get_vocab_size()
    roberta = kind == "xlm-roberta"
    names = ("<pad>", "<s>", "</s>", "<unk>", "<mask>") if roberta else ()
    pad, cls, sep, unk, mask = names or ("[PAD]", "[CLS]", "[SEP]", "[UNK]", "[MASK]")
    wide: dict[str, Any] = {
        "vocab_size": size,
        "hidden_size": 32,
        "intermediate_size": 48,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "max_position_embeddings": 130 if roberta else 128,
        "pad_token_id": tokenizer.token_to_id(pad),
        "bos_token_id": tokenizer.token_to_id(cls),
        "eos_token_id": tokenizer.token_to_id(sep),
    }
    if kind == "modernbert":
        wide |= {"cls_token_id": wide["bos_token_id"], "sep_token_id": wide["eos_token_id"]}
        wide |= {"local_attention": 16, "global_attn_every_n_layers": 2}
    config: Any = {
        "bert": transformers.BertConfig,
        "xlm-roberta": transformers.XLMRobertaConfig,
        "modernbert": transformers.ModernBertConfig,
    }[kind](**wide)
    torch.manual_seed(7)
    model = transformers.AutoModel.from_config(config)
    with torch.no_grad():
        model.get_input_embeddings().weight.normal_(std=1.0)
    model.save_pretrained(str(folder))
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token=pad,
        cls_token=cls,
        sep_token=sep,
        unk_token=unk,
        mask_token=mask,
        model_max_length=512,
    ).save_pretrained(str(folder))
    library = "sentence_transformers.models"
    files: dict[str, Any] = {
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": f"{library}.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": f"{library}.Pooling"},
        ],
        "1_Pooling/config.json": {
            "word_embedding_dimension": 32,
            "pooling_mode_cls_token": pooling == "cls",
            "pooling_mode_mean_tokens": pooling == "mean",
            "pooling_mode_max_tokens": pooling == "max",
            "pooling_mode_mean_sqrt_len_tokens": False,
        },
        "sentence_bert_config.json": {"max_seq_length": 64, "do_lower_case": False} | sentence,
    }
    if prompts is not None:
        files["config_sentence_transformers.json"] = {"prompts": prompts}
    for name, value in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(json.dumps(value), encoding="utf-8")
    return folder
