"""The product's protocols in memory: real implementations, held by the same suites as AWS's."""
