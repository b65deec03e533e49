"""One file per noun of the address space."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.server.routes.alerts import AcknowledgementRoute, AlertsRoute, ResolutionRoute, SnoozeRoute
from nbops.server.routes.drift import DriftRoute
from nbops.server.routes.errands import ErrandRoute
from nbops.server.routes.models import AliasRoute, ModelsRoute, RollbacksRoute
from nbops.server.routes.pipelines import PipelineRunsRoute, PipelinesRoute, VerificationsRoute
from nbops.server.routes.running import CancelRoute, RunningRoute
from nbops.server.routes.runs import ExplanationRoute, RunRoute, RunsRoute
from nbops.server.routes.status import StatusRoute

if TYPE_CHECKING:
    from nbops.server.route import Route

_NAME = r"(?P<name>[^/]+)"

ROUTES: tuple[tuple[str, type[Route]], ...] = (
    (r"/nbops/runs/?", RunsRoute),
    (r"/nbops/runs/(?P<ref>[0-9a-f]{6,32})", RunRoute),
    (r"/nbops/runs/(?P<ref>[0-9a-f]{6,32})/explanation/?", ExplanationRoute),
    (r"/nbops/pipelines/?", PipelinesRoute),
    (rf"/nbops/pipelines/{_NAME}/runs/?", PipelineRunsRoute),
    (rf"/nbops/pipelines/{_NAME}/verifications/?", VerificationsRoute),
    (r"/nbops/running/?", RunningRoute),
    (r"/nbops/running/(?P<run>[0-9a-f]{6,32})/cancel/?", CancelRoute),
    (r"/nbops/models/?", ModelsRoute),
    (rf"/nbops/models/{_NAME}/aliases/(?P<alias>[^/]+)", AliasRoute),
    (rf"/nbops/models/{_NAME}/rollbacks/?", RollbacksRoute),
    (r"/nbops/drift/?", DriftRoute),
    (r"/nbops/alerts/?", AlertsRoute),
    (r"/nbops/alerts/(?P<ref>[0-9a-f]{8})/acknowledgement/?", AcknowledgementRoute),
    (r"/nbops/alerts/(?P<ref>[0-9a-f]{8})/snooze/?", SnoozeRoute),
    (r"/nbops/alerts/(?P<ref>[0-9a-f]{8})/resolution/?", ResolutionRoute),
    (r"/nbops/status/?", StatusRoute),
    (r"/nbops/errands/(?P<key>[0-9a-f]{32})", ErrandRoute),
)
