"""Metadata of stations: IEA Wind Task 43 documents and CSV tables, checked and kept whole."""
