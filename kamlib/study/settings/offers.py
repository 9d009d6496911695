"""The playbook of a study: what is offered to lost accounts, and how it is seen whether that helps."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from kamlib.errors import some
from kamlib.study.settings.parts import Part


class Offer(Part):
    """An offer of the playbook to lost accounts, by the reason of the loss."""

    cause: Literal["deadlines", "promises", "quality", "attention", "opinions", "bids", "any"] = Field(
        description="a code of `kamlib.churn.causes`; any: where no other fits, or the reason is not known"
    )
    offer: str = Field(min_length=1, max_length=120)
    cost: float = Field(ge=0, description="of one offer, study currency")


class WinBack(Part):
    offers: list[Offer] = Field([], description="at most one a cause")
    control_share: float = Field(
        0.3, gt=0, lt=1, description="share of the list that gets no offer, to see what offers do"
    )
    exempt: int = Field(
        0, ge=0, description="so many of the largest get an offer in any case and don't count in a round"
    )
    seed: int = Field(1, ge=0)

    @field_validator("offers")
    @classmethod
    def _one_each(cls, value: list[Offer]) -> list[Offer]:
        causes = [offer.cause for offer in value]
        if repeated := {cause for cause in causes if causes.count(cause) > 1}:
            raise ValueError(f"two offers for one cause: {some(sorted(repeated))}")
        return value
