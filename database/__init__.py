"""Connections, the embedded TimescaleDB and the migrations of `raw`, `metadata` and `ops`."""
