"""The SQL that reads a generation. All of it is constant: values and file names are parameters.

A store may lie in a folder called `term=1`, so folders are never taken for columns.
"""

TERMS = """
SELECT filename, field, term, term_id
FROM read_parquet($files, filename = true, hive_partitioning = false)
WHERE list_contains($terms, term)
"""
VOCABULARY = """
SELECT term, sum(document_frequency)::BIGINT AS document_frequency
FROM read_parquet($files, hive_partitioning = false)
WHERE field = 'body' GROUP BY term ORDER BY term
"""
POSTINGS = """
SELECT filename, term_id, document, frequency
FROM read_parquet($files, filename = true, hive_partitioning = false)
WHERE term_id IN (SELECT unnest($term_ids))
"""
PLACES = """
SELECT filename, term_id, document, starts, ends
FROM read_parquet($files, filename = true, hive_partitioning = false)
WHERE term_id IN (SELECT unnest($term_ids)) AND document IN (SELECT unnest($documents))
"""
LENGTHS = """
SELECT filename, document, title_length, body_length
FROM read_parquet($files, filename = true, hive_partitioning = false)
ORDER BY ALL
"""
IDS = """
SELECT filename, document, document_id
FROM read_parquet($files, filename = true, hive_partitioning = false)
WHERE document IN (SELECT unnest($documents))
"""
DOCUMENTS = """
SELECT filename, document, document_id, version, name, title, body, media_type,
       title_length, body_length
FROM read_parquet($files, filename = true, hive_partitioning = false)
WHERE document IN (SELECT unnest($documents))
"""
FIND = """
SELECT filename, document
FROM read_parquet($files, filename = true, hive_partitioning = false)
WHERE document_id = $document_id
"""
