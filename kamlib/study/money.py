"""What no table holds for dependence and cash, and how a year of losses is drawn."""

from __future__ import annotations

from pydantic import Field

from kamlib.study.parts import Part


class Money(Part):
    """What no table holds, for dependence and cash."""

    fixed_costs: float | None = Field(None, ge=0, description="a month")
    opening_cash: float | None = None
    hour: float | None = Field(None, ge=0, description="cost of an hour of ours")
    hours_in_fixed: bool | None = Field(
        None, description="whether fixed_costs pay our hours already; None: pages show both and ask"
    )


class Risk(Part):
    """How a year of losses is drawn."""

    correlation: float = Field(0.1, ge=0, lt=1, description="of two customers of one industry, of what makes them stop")
    draws: int = Field(10_000, ge=1000)
    seed: int = 1
