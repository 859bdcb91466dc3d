"""The handler of `functions/search`. It imports neither spaCy nor torch, which a test holds."""

from kotogura.analysis.analyzers import Analyzers
from kotogura.analysis.tokenizers import sudachi_analyzer
from kotogura.index.dictionaries import dictionary_path
from kotogura.platform.http import api_handler
from kotogura.platform.search_api import search_api
from kotogura.platform.telemetry import Handler, Telemetry
from kotogura.platform.wiring import Parts
from kotogura.search.opened import OpenGenerations
from kotogura.search.sentences import Sentences
from kotogura.search.service import SearchService
from kotogura.semantics.embedder import OnnxEmbedder
from kotogura.semantics.serving import ServingModels


def search_handler() -> Handler:
    """Return the handler that answers searches over HTTP."""
    parts = Parts.from_environment()
    models = ServingModels(parts.files, OnnxEmbedder.open)
    opened = OpenGenerations(parts.generations, parts.files, models)
    telemetry = Telemetry()
    analyzers = Analyzers(sudachi_analyzer(), dictionary_path(parts.files))
    service = SearchService(
        opened, analyzers.shared, synonyms=parts.synonyms, analyzer_of=analyzers.of
    )
    sentences = Sentences(
        analyzers.shared,
        lambda tenant: analyzers.of(tenant, opened.current(tenant).manifest.dictionary),
    )
    return api_handler(search_api(service, sentences, telemetry), telemetry)
