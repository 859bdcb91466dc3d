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
SELECT term, field, term_id, first_posting
FROM read_parquet($files, hive_partitioning = false)
ORDER BY term, field
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
