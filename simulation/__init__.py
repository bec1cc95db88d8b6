"""Synthetic logger files, deterministic: for the demo, the tests and the benchmarks."""
