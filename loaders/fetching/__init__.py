"""Brings in files from where loggers leave them. Nothing is ever written, renamed or deleted there."""
