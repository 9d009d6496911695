"""The tables that a run keeps."""

from __future__ import annotations

SCHEMA = 2  # 1: customers were called account_id, and accounts member_id
