"""Linking all leads of a table at once on an engine for tables: DuckDB in this process, or Apache Spark on many."""

from connector.engines.engine import Engine, Settings
from connector.engines.linking import Found, Proposal, Table, Tables, link

__all__ = ["Engine", "Found", "Proposal", "Settings", "Table", "Tables", "link"]
