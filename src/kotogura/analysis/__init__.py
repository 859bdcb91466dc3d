"""From text to terms: normalisation, morphemes, and the analyzer that index and query share."""
