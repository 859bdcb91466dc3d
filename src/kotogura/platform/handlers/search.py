"""The handler of `functions/search`. It imports neither spaCy nor torch, which a test holds."""

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

from kotogura.analysis.analyzers import Analyzers
from kotogura.analysis.tokenizers import sudachi_analyzer
from kotogura.index.dictionaries import dictionary_path
from kotogura.platform.http import api_handler
from kotogura.platform.search_api import search_api
from kotogura.platform.search_rate import remembered
from kotogura.platform.telemetry import Handler, Telemetry
from kotogura.platform.wiring import Parts
from kotogura.search.opened import OpenGenerations
from kotogura.search.sentences import Sentences
from kotogura.search.service import SearchService
from kotogura.semantics.serving import ServingModels
from kotogura.tenants.search_rate import SearchRate


def search_handler() -> Handler:
    """Return the handler that answers searches over HTTP."""
    telemetry = Telemetry()
    return api_handler(search_app(Parts.from_environment(), telemetry), telemetry)


def search_app(parts: Parts, telemetry: Telemetry) -> APIGatewayHttpResolver:
    """Return the routes of the search function, over `parts`."""
    models = ServingModels(parts.files, parts.open_embedder)
    opened = OpenGenerations(parts.generations, parts.files, models)
    analyzers = Analyzers(sudachi_analyzer(), dictionary_path(parts.files))
    service = SearchService(
        opened, analyzers.shared, synonyms=parts.synonyms, analyzer_of=analyzers.of
    )
    sentences = Sentences(
        analyzers.shared,
        lambda tenant: analyzers.of(tenant, opened.current(tenant).manifest.dictionary),
    )
    rate = SearchRate(
        parts.buckets,
        remembered(parts.limits_of),
        lambda: telemetry.logger.warning("searches pass uncounted"),
    )
    return search_api(service, sentences, telemetry, rate.admit)
