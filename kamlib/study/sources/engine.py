"""The engine that computes the order lines."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import Field, field_validator, model_validator

from kamlib.study.settings.parts import Part, written
from kamlib.study.sources.database_url import refuse_password


class Engine(Part):
    """Where the order lines are computed, and what an engine on this machine may take."""

    url: str = Field("duckdb", description="duckdb (embedded), postgresql://…, spark://host:port or local[*]")
    memory: Annotated[str, written(r"[1-9][0-9]*(\.[0-9]+)?(MB|GB|MiB|GiB)", "a size with its unit, such as 2GB")] = (
        Field(
            "1200MB",
            description="limit of the embedded engine, or of Spark on this machine, e.g. 2GB",
        )
    )
    spill: str | None = Field(
        None, description="folder for what memory does not hold, and for the steps of Spark; None: the temporary one"
    )

    @field_validator("url")
    @classmethod
    def _known(cls, value: str) -> str:
        if not re.match(r"duckdb$|postgresql://.|spark://.|local(\[(\*|[1-9][0-9]*)\])?$", value):
            raise ValueError("expected duckdb, postgresql://…, spark://host:port or local[*]")
        return value

    @model_validator(mode="after")
    def _no_password(self) -> Engine:
        refuse_password(self.url)
        return self

    @model_validator(mode="after")
    def _steps_of_a_cluster(self) -> Engine:
        if self.url.startswith("spark:") and self.spill is None:
            raise ValueError(
                "spill: expected a folder that every machine of the cluster reaches, e.g. s3a://bucket/kam"
            )
        return self
