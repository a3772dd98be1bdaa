"""What the audit's own app may do in each council: what was agreed in one, and too much in the other."""

from m365audit.sample.councils.directory import App, allow, give_role
from m365audit.sample.councils.draft import Draft
from m365audit.sample.service.login_form import CLIENT_ID

RULE = "auditor-read-only"
ACCEPTED = ("Exchange Administrator",)
"""What the tenant file of the council that gave too much accepts by name: without that no audit would run."""

SPARE = "ServiceHealth.Read.All"
"""A permission nothing in the audit needs."""


def as_agreed(draft: Draft) -> None:
    """The permissions that are asked for and the role Global Reader, and nothing else."""
    why = "Exchange.ManageAsApp sounds like more than it is: by the role Global Reader it only reads"
    draft.near(RULE, draft.tenant.principal_of(CLIENT_ID), why)


def too_much(draft: Draft, app: App) -> None:
    """A role that can change something, left over from before the audit, and a permission nothing needs."""
    for role in ACCEPTED:
        draft.tenant.directory_roles |= {role}
        give_role(draft, app.id, role)
    draft.tenant.granted |= {SPARE}
    allow(draft, app, SPARE)
    why = "the app may change Exchange, which the provider accepted by name, and reads what no check needs"
    draft.plant(RULE, app.id, why)
    draft.plant("admin-roles-justified", app.id, "the app of this audit administers Exchange")
