"""P(no order within H) of customer-base models, by the package lifetimes, for the clients that the churn model is tested on."""

from __future__ import annotations

import numpy as np
import pandas as pd

_WEEK = 7.0  # the fitters converge better on weeks than on days; probabilities do not depend on it
_GRID = (np.arange(48) + 0.5) / 48  # quantiles that a gamma distribution is integrated over
PEERS = {"bg_nbd": "BG/NBD", "mbg_nbd": "MBG/NBD", "pareto_nbd": "Pareto/NBD"}


def history(clients: pd.DataFrame) -> pd.DataFrame:
    """x (repeat order days), recency and T (weeks from the first order to the last, and to the landmark)."""
    return pd.DataFrame(
        {
            "x": clients["order_days"].to_numpy() - 1.0,
            "recency": (clients["last_order"] - clients["first_order"]).dt.days.to_numpy() / _WEEK,
            "T": clients["tenure_days"].to_numpy() / _WEEK,
        }
    )


def predictions(clients: pd.DataFrame, now: pd.DataFrame, horizon_days: int) -> pd.DataFrame:
    """P(no order within the horizon) of each row of `now`, a column for each of `PEERS`.

    Parameters
    ----------
    clients : facts at the landmark that the models are fitted on, by maximum likelihood and without a penalty. A model that does not
        converge gives nothing.
    """
    from lifetimes import BetaGeoFitter, ModifiedBetaGeoFitter, ParetoNBDFitter
    from lifetimes.utils import ConvergenceError

    train, past, span = history(clients), history(now), horizon_days / _WEEK
    fitters = {"bg_nbd": BetaGeoFitter, "mbg_nbd": ModifiedBetaGeoFitter, "pareto_nbd": ParetoNBDFitter}
    found = {}
    for name, fitter in fitters.items():
        try:
            model = fitter().fit(train["x"], train["recency"], train["T"])
        except ConvergenceError:
            found[name] = np.full(len(now), np.nan)
            continue
        alive = np.asarray(model.conditional_probability_alive(past["x"], past["recency"], past["T"]))
        alive = np.nan_to_num(alive, nan=1.0)  # Pareto/NBD overflows for a client with hundreds of order days
        found[name] = 1 - alive + alive * none_within(dict(model.params_), past, span)
    return pd.DataFrame(found, index=now.index)


def none_within(parameters: dict[str, float], past: pd.DataFrame, span: float) -> np.ndarray:
    """P(no order in the span) of a client that is alive at T.

    In the BG and MBG models a client leaves only right after an order: alive and without an order, it stays alive through
    the span. The rate of its orders is then Gamma(r + x, alpha + T), and E exp(-rate · span) is ((alpha + T) / (alpha + T +
    span))^(r + x). In the Pareto model it may leave at any moment, at a rate m ~ Gamma(s, beta + T): none comes with
    probability m / (l + m) + l / (l + m) exp(-(l + m) span), integrated over both gammas.

    References
    ----------
    Fader, Hardie & Lee (2005), Marketing Science 24(2); Batislam et al. (2007), IJRM 24(3); Schmittlein, Morrison &
    Colombo (1987), Management Science 33(1).
    """
    from scipy.stats import gamma

    x, age = past["x"].to_numpy(), past["T"].to_numpy()
    r, alpha = parameters["r"], parameters["alpha"]
    if "s" not in parameters:
        return ((alpha + age) / (alpha + age + span)) ** (r + x)
    order = gamma.ppf(_GRID, (r + x)[:, None]) / (alpha + age)[:, None]
    leave = gamma.ppf(_GRID, parameters["s"])[None, :] / (parameters["beta"] + age)[:, None]
    total = np.zeros(len(x))
    for column in range(len(_GRID)):
        both = order + leave[:, [column]]
        total += (leave[:, [column]] / both + order / both * np.exp(-both * span)).mean(axis=1)
    return total / len(_GRID)
