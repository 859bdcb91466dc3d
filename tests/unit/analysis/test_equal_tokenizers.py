"""GiNZA's own tokenizer, which indexes, and SudachiPy alone, which searches, give equal tokens."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings

from kotogura.analysis.tokenizers import ginza_analyzer
from kotogura.documents.encodings import decode
from tests.unit.analysis.texts import ANY_TEXT, HOSTILE

SAMPLES = Path(__file__).parents[3] / "samples"
FILES = sorted(path for path in SAMPLES.glob("*/**/*") if path.is_file())


@pytest.fixture(scope="module")
def ginza():
    return ginza_analyzer()


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SAMPLES)))
def test_a_sample_document_has_the_same_tokens_from_both(ginza, analyzer, path):
    text, _ = decode(path.read_bytes())
    tokens = analyzer.analyze(text)
    assert len(tokens.tokens) > 200
    assert ginza.analyze(text) == tokens


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_has_the_same_tokens_from_both(ginza, analyzer, name):
    assert ginza.analyze(HOSTILE[name]) == analyzer.analyze(HOSTILE[name])


@settings(max_examples=300)
@given(ANY_TEXT)
def test_any_text_has_the_same_tokens_from_both(ginza, analyzer, text):
    assert ginza.analyze(text) == analyzer.analyze(text)


def test_both_have_the_same_fingerprint(ginza, analyzer):
    assert ginza.fingerprint == analyzer.fingerprint


def test_an_analyzer_for_searches_imports_neither_spacy_nor_ginza():
    program = (
        "import sys\n"
        "from kotogura.analysis.tokenizers import sudachi_analyzer\n"
        "sudachi_analyzer().analyze('関西国際空港')\n"
        "print(*{'spacy', 'ginza', 'torch', 'numpy'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == ""
