"""Streams `exports` into files, one module a file format."""
