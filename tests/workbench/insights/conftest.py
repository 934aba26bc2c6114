"""AWS as moto imitates it."""

from tests.table_fixtures import aws

__all__ = ["aws"]
