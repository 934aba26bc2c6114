"""The content tables that these tests work on."""

from tests.table_fixtures import aws, client, endpoint, served_table, table

__all__ = ["aws", "client", "endpoint", "served_table", "table"]
