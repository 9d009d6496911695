"""What a wheel holds besides the packages: the notebooks and the sample, where `kamlib.run.places` looks for them."""

from __future__ import annotations

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

KIT = {"notebooks": "kamlib/kit/notebooks", "data/sample": "kamlib/kit/data/sample"}


class Kit(BuildHookInterface):
    """An installation from a clone (editable) finds both in the clone, and needs no copy."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "standard":
            build_data["force_include"] |= KIT
