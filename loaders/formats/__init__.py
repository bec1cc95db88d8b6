"""One pure module a logger format: bytes in, tidy columns out."""
