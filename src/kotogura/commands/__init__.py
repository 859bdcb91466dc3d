"""The command line: the local stack, tenants, uploads, searches, trainings."""
