"""The SQL that reads a generation. All of it is constant: values and file names are parameters.

A store may lie in a folder called `term=1`, so folders are never taken for columns. `file_index` is
DuckDB's number of a file among `$files`.
"""

TERMS = """
SELECT file_index, field, term, term_id, first_posting
FROM read_parquet($files, hive_partitioning = false)
WHERE term IN (SELECT unnest($terms))
"""
DICTIONARY = """
SELECT term, field, term_id, first_posting, document_frequency
FROM read_parquet($files, hive_partitioning = false)
"""
UNORDERED_DICTIONARY = DICTIONARY + "ORDER BY term, field\n"
PREFIX = """
SELECT term, sum(document_frequency)::BIGINT AS document_frequency
FROM read_parquet($files, hive_partitioning = false)
WHERE term >= $prefix AND term <= $last AND starts_with(term, $prefix)
    AND field IN (SELECT unnest($fields))
GROUP BY term ORDER BY document_frequency DESC, term LIMIT $count
"""
VOCABULARY = """
SELECT term, sum(document_frequency)::BIGINT AS document_frequency
FROM read_parquet($files, hive_partitioning = false)
WHERE field = 'body' GROUP BY term ORDER BY term
"""
POSTINGS = """
SELECT file_index, term_id, document, frequency
FROM read_parquet($files, hive_partitioning = false)
WHERE term_id IN (SELECT unnest($term_ids::UINTEGER[]))
"""
LENGTHS = """
SELECT file_index, document, title_length, body_length
FROM read_parquet($files, hive_partitioning = false)
"""
FIND = """
SELECT file_index, document
FROM read_parquet($files, hive_partitioning = false)
WHERE document_id = $document_id
"""
IDS = """
SELECT document_id
FROM read_parquet($files, hive_partitioning = false)
ORDER BY file_index, document
"""
FACTS = {
    "name": """
SELECT file_index, document, name AS fact
FROM read_parquet($files, hive_partitioning = false)
""",
    "title": """
SELECT file_index, document, title AS fact
FROM read_parquet($files, hive_partitioning = false)
""",
    "media_type": """
SELECT file_index, document, media_type AS fact
FROM read_parquet($files, hive_partitioning = false)
""",
    "size_bytes": """
SELECT file_index, document, size_bytes::DOUBLE AS fact
FROM read_parquet($files, hive_partitioning = false)
WHERE size_bytes IS NOT NULL
""",
}
METADATA = """
SELECT file_index, document, kind, text, number, epoch_ms(time) AS time
FROM read_parquet($files, hive_partitioning = false)
WHERE field = $field
"""
METADATA_FIELDS = """
SELECT field, kind, count(DISTINCT (file_index, document))::BIGINT AS documents
FROM read_parquet($files, hive_partitioning = false)
WHERE (file_index, document) NOT IN (
    SELECT (unnest($dead_files::UBIGINT[]), unnest($dead_documents::UINTEGER[]))
)
GROUP BY field, kind ORDER BY field, kind
"""
METADATA_OF_DOCUMENTS = """
SELECT file_index, document, field, kind, text, number, epoch_ms(time) AS time
FROM read_parquet($files, hive_partitioning = false)
WHERE document IN (SELECT unnest($documents::UINTEGER[]))
"""
SECTIONS = """
SELECT file_index, document, start, heading, page
FROM read_parquet($files, hive_partitioning = false)
WHERE document IN (SELECT unnest($documents::UINTEGER[]))
"""
