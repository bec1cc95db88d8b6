"""The embedded TimescaleDB: where its programs come from, its cluster, and who runs it."""
