"""From a tenant's file to a document: events, names, character sets, formats, and the ledger."""
