"""Guard: schedules don't fire on a laptop unless they are asked to.

MiniStack fires schedules and scheduled rules of whatever is deployed. A laptop left on over night
would start fine-tuning; and a schedule's last firing isn't kept, so that a rate begins anew with
each start.
"""

from ministack.services import eventbridge, scheduler

from kotogura.local.guards.private_names import private, replace
from kotogura.local.wiring import Wiring


def install() -> None:
    """Leave both tickers out, unless the wiring wants schedules."""
    for module in (eventbridge, scheduler):
        private(module, "start_scheduler")
        if not Wiring.from_environment().schedules:
            replace(module, "start_scheduler", _stay_quiet)


def _stay_quiet() -> None:
    pass
