"""How large the tenant is, as far as answers have told: some of Microsoft's limits go by it."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from m365audit.graph.buckets import Size

Sizes = dict[Size, int]

_ACCOUNTS = re.compile(r"^/users/?(\?|$)", re.IGNORECASE)
_LICENCES = re.compile(r"^/subscribedSkus/?(\?|$)", re.IGNORECASE)
_PAGE = re.compile(r"[?&]\$skiptoken=[^&]*", re.IGNORECASE)


class TenantSize:
    """Accounts and licences counted so far; both only grow, so that no limit is ever taken for more than it is."""

    def __init__(self) -> None:
        self.known: Sizes = {"accounts": 0, "licences": 0}
        self._listed: Counter[str] = Counter()
        self._seen: set[int] = set()

    def at_least(self, *, accounts: int = 0, licences: int = 0) -> bool:
        """Take in that there are so many; gives whether that is more than was known."""
        before = dict(self.known)
        self.known["accounts"] = max(self.known["accounts"], accounts)
        self.known["licences"] = max(self.known["licences"], licences)
        return self.known != before

    def read(self, path: str, document: Mapping[str, Any]) -> bool:
        """Take in an answer to a path and query (after the version); gives whether it told of more than was known."""
        rows = document.get("value")
        if not isinstance(rows, list):
            return False
        if _ACCOUNTS.match(path):
            return self.at_least(accounts=self._accounts(path, len(rows)))
        if _LICENCES.match(path):
            return self._licences([row for row in rows if isinstance(row, dict)])
        return False

    def _accounts(self, path: str, rows: int) -> int:
        # The same list may be asked for twice, and each list tells of the same accounts.
        which = _PAGE.sub("", path)
        if hash(path) not in self._seen:
            self._seen.add(hash(path))
            self._listed[which] += rows
        return self._listed[which]

    def _licences(self, products: Iterable[Mapping[str, Any]]) -> bool:
        bought, held = 0, [0]
        for product in products:
            prepaid, used = product.get("prepaidUnits"), product.get("consumedUnits")
            units = prepaid.get("enabled") if isinstance(prepaid, dict) else None
            if _has_files(product) and isinstance(units, int):
                bought += units
            # Each licence of one product is another account's.
            if isinstance(used, int) and str(product.get("appliesTo", "User")) == "User":
                held.append(used)
        return self.at_least(accounts=max(held), licences=bought)


def _has_files(product: Mapping[str, Any]) -> bool:
    """Whether a product has SharePoint in it: free ones are bought by the ten thousand, and count for nothing."""
    plans = product.get("servicePlans")
    names = (str(plan.get("servicePlanName", "")) for plan in plans or () if isinstance(plan, dict))
    return product.get("capabilityStatus") == "Enabled" and any(name.startswith("SHAREPOINT") for name in names)
