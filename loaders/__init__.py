"""Fetch, archive, detect, parse and load logger files; metadata and flags; the import ledger."""
