"""The benchmark: the product's word search beside tantivy, bm25s and Lucene with Kuromoji."""
