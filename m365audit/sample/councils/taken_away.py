"""Put a planted breach right in a sample tenant: what makes it one is taken away, and nothing else."""

from m365audit.sample.tenant import Tenant


def take_away(tenant: Tenant, rule: str, subject: str) -> None:
    """Take away what a rule finds about a subject, by its natural key.

    Raises:
        ValueError: nothing here knows how, or it is not there.
    """
    if rule == "mail-forwarded-outside":
        gone = _forward(tenant, *subject.split("|"))
    elif rule.startswith("share-"):
        gone = _share(tenant, *subject.split("|"))
    else:
        gone = False
    if not gone:
        message = f"what {rule} finds about {subject} cannot be taken away"
        raise ValueError(message)


def _forward(tenant: Tenant, mailbox: str, route: str, target: str) -> bool:
    kind, _, name = route.partition(":")
    if kind == "rule":
        rules = tenant.inbox_rules[mailbox]
        before = len(rules)
        rules[:] = [rule for rule in rules if rule["id"] != name]
        return len(rules) < before
    if kind == "transport":
        before = len(tenant.transport_rules)
        tenant.transport_rules[:] = [rule for rule in tenant.transport_rules if rule["Name"] != name]
        return len(tenant.transport_rules) < before
    box = next(box for box in tenant.mailboxes if box["ExternalDirectoryObjectId"] == mailbox)
    was_on = bool(box["ForwardingSmtpAddress"] or box["ForwardingAddress"]) and bool(target)
    box["ForwardingSmtpAddress"] = box["ForwardingAddress"] = None
    return was_on


def _share(tenant: Tenant, drive: str, item: str, permission: str) -> bool:
    given = tenant.permissions[drive, item]
    kept = [one for one in given if one["id"] != permission]
    tenant.permissions[drive, item] = kept
    if not any(one for one in kept if "inheritedFrom" not in one):
        for found in tenant.items[drive]:
            if found["id"] == item:
                found.pop("shared", None)
    return len(kept) < len(given)
