"""The content table that these tests look into."""

from tests.table_fixtures import aws, client, table

__all__ = ["aws", "client", "table"]
