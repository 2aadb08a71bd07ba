"""Leads from CSV files: a folder (or one file) as a source of rows."""

from connector.systems.csvfile.source import OBJECT, CsvOptions, CsvSource

__all__ = ["OBJECT", "CsvOptions", "CsvSource"]
