"""Each rule finds its kind of mistake where one is planted, and leaves what is right alone."""

from pathlib import Path
from textwrap import dedent

import pytest

from audit.__main__ import RULES
from audit.findings import check

ROOT = Path(__file__).parents[3]


@pytest.fixture
def rules_found(tmp_path):
    def look(source: str) -> list[str]:
        path = tmp_path / "planted.py"
        path.write_text(dedent(source), "utf-8")
        return [finding.rule for finding in check(RULES, [path])]

    return look


SQL_FROM_INPUT = {
    "an f-string": """
        def find(connection, name):
            return connection.execute(f"SELECT id FROM documents WHERE name = '{name}'")
    """,
    "a sum": """
        def find(connection, name):
            sql = "SELECT id FROM documents WHERE name = " + name
            return connection.sql(sql)
    """,
    "a percent": """
        def find(connection, name):
            return connection.execute("SELECT id FROM documents WHERE name = '%s'" % name)
    """,
    "format": """
        def find(connection, name):
            return connection.execute("SELECT id FROM documents WHERE name = {}".format(name))
    """,
    "an argument by another name": """
        def run(connection, statement):
            return connection.execute(statement)
    """,
    "a function that hands on": """
        def run(connection, sql):
            return connection.execute(sql)

        def find(connection, request):
            return run(connection, request["sql"])
    """,
    "PartiQL": """
        def find(table, name):
            return table.execute_statement(Statement=name)
    """,
}
CONSTANT_SQL = """
    FIND = "SELECT id FROM documents WHERE name = $name"
    ORDERED = FIND + " ORDER BY id"
    BY_FACT = {"name": FIND}

    class Reader:
        def _fetch(self, sql, parameters):
            return self._connection.execute(sql, parameters)

        def find(self, fact, name):
            chosen = FIND if fact else ORDERED
            self._fetch(BY_FACT[fact], {"name": name})
            return self._fetch(chosen, {"name": name})
"""
CACHE_WITHOUT_TENANT = {
    "lru_cache": """
        @lru_cache(100)
        def load(document_id: str):
            return read(document_id)
    """,
    "cache with a keyword": """
        @functools.cache
        def load(*, document_id: str):
            return read(document_id)
    """,
    "an ordered dictionary by name": """
        class Open:
            def __init__(self):
                self._open: OrderedDict[str, Reader] = OrderedDict()
    """,
    "the tenant second": """
        class Open:
            def __init__(self):
                self._open: OrderedDict[tuple[str, TenantId], Reader] = OrderedDict()
    """,
    "a key of a term": """
        def impacts(self, term):
            return self._cache.get(("impacts", term))
    """,
    "a key by a variable": """
        def impacts(self, tenant, term):
            key = (term, tenant)
            self.cache[key] = weigh(term)
    """,
    "a key method": """
        class Reader:
            def key(self, *parts):
                return (self._generation, *parts)

            def impacts(self, term):
                return self.cache.get(self.key(term))
    """,
}
CACHES_BY_TENANT = """
    @cache
    def page() -> str:
        return read("page.html")

    @lru_cache
    def load(tenant: TenantId, document_id: str):
        return read(tenant, document_id)

    class Reader:
        def __init__(self, tenant):
            self._key = (tenant, 7)
            self._open: OrderedDict[tuple[TenantId, str], Reader] = OrderedDict()

        def key(self, *parts):
            return (*self._key, *parts)

        def impacts(self, term):
            cache, base = self.cache, self.key("impacts")
            return cache.get((*base, term))
"""
TEXT_IN_LOG = {
    "a query as field": """
        logger.info("search done", extra={"query": request.query})
    """,
    "a text by another key": """
        logger.info("search done", extra={"asked": request.query})
    """,
    "a message made at run time": """
        logger.warning(f"nothing found for {found}")
    """,
    "an argument of the message": """
        self.logger.info("analyzing %s", text)
    """,
    "an error": """
        def handle(event):
            try:
                work(event)
            except ValueError as error:
                logger.error("step failed", extra={"reason": str(error)})
    """,
    "a traceback": """
        logger.error("step failed", exc_info=True)
    """,
    "exception": """
        logger.exception("step failed")
    """,
    "an appended key": """
        telemetry.logger.append_keys(q=parameters.q)
    """,
    "metadata of a metric": """
        metrics.add_metadata("first", terms[0])
    """,
    "an annotation of a trace": """
        tracer.put_annotation("words", event["words"])
    """,
}
QUIET_LOGS = """
    def handle(event):
        try:
            work(event)
        except ValueError as error:
            logger.error("step failed", extra={"raised": where_raised(error), "code": error.code})
        logger.info("search done", extra={"count": len(terms), "tenant": tenant})
        metrics.add_metadata("mode", answer.mode)
"""


@pytest.mark.parametrize("kind", SQL_FROM_INPUT)
def test_sql_from_input_is_found_in(rules_found, kind):
    assert "sql-from-input" in rules_found(SQL_FROM_INPUT[kind])


@pytest.mark.parametrize("kind", CACHE_WITHOUT_TENANT)
def test_a_cache_without_tenant_is_found_by(rules_found, kind):
    assert "cache-without-tenant" in rules_found(CACHE_WITHOUT_TENANT[kind])


@pytest.mark.parametrize("kind", TEXT_IN_LOG)
def test_text_in_a_log_is_found_as(rules_found, kind):
    assert "text-in-log" in rules_found(TEXT_IN_LOG[kind])


@pytest.mark.parametrize("source", [CONSTANT_SQL, CACHES_BY_TENANT, QUIET_LOGS])
def test_what_is_right_is_left_alone(rules_found, source):
    assert rules_found(source) == []


def test_a_mark_with_a_reason_excuses_its_own_rule_only(rules_found):
    mark = "# audit: cache-without-tenant - a pure function of a character"
    assert rules_found(f"@cache  {mark}\ndef width(character: str): ...\n") == []
    assert rules_found(f"{mark}\n@cache\ndef width(character: str): ...\n") == []
    other = mark.replace("cache-without-tenant", "text-in-log")
    assert "cache-without-tenant" in rules_found(f"@cache  {other}\ndef width(c: str): ...\n")
    short = "# audit: cache-without-tenant - ok"
    assert rules_found(f"@cache  {short}\ndef width(c: str): ...\n") == ["cache-without-tenant"]


def test_a_mark_that_nothing_needs_is_found(rules_found):
    assert rules_found("x = 1  # audit: text-in-log - it was one once\n") == ["text-in-log"]


def test_the_product_breaks_none_of_them():
    folders = [ROOT / name for name in ("src", "functions", "containers")]
    paths = sorted(path for folder in folders for path in folder.rglob("*.py"))
    assert len(paths) > 200
    assert [str(finding) for finding in check(RULES, paths)] == []
