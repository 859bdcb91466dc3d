"""What Kotogura costs: lines out of the template's resources and a workload."""

from kotogura.cost.idle import idle_lines
from kotogura.cost.inventory import Inventory
from kotogura.cost.lines import Bill, Line
from kotogura.cost.prices import PriceTable
from kotogura.cost.running import running_lines
from kotogura.cost.workload import Workload


def estimate(inventory: Inventory, workload: Workload, prices: PriceTable) -> list[Line]:
    """Return the lines of a month, idle ones first; those that cost nothing are left out.

    Raises:
        LookupError: when the template lacks a resource that the model of consumption knows.
    """
    bill = Bill(prices)
    lines = [
        *idle_lines(bill, inventory, workload),
        *running_lines(bill, inventory, workload, prices.hours),
    ]
    return [line for line in lines if line.quantity]
