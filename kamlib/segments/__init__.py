"""Who buys how, and who has moved."""

from kamlib.segments.abc_xyz import abc_classes, cells
from kamlib.segments.cluster_profiles import profiles
from kamlib.segments.clusters import cluster_accounts
from kamlib.segments.crosstabs import cross, traits
from kamlib.segments.lifecycle import lifecycle_stages
from kamlib.segments.migration import moves
from kamlib.segments.rfm import rfm_segments
from kamlib.segments.xyz import xyz_classes

__all__ = [
    "abc_classes",
    "cells",
    "cluster_accounts",
    "cross",
    "lifecycle_stages",
    "moves",
    "profiles",
    "rfm_segments",
    "traits",
    "xyz_classes",
]
