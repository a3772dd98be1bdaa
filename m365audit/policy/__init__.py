"""A council's policy: YAML in, clauses out, or a refusal naming file, line, clause and key."""

from m365audit.policy.binds import BINDS, rolled_up
from m365audit.policy.files import find, packaged_policies, policies_available
from m365audit.policy.loader import BASELINE, load
from m365audit.policy.refusal import PolicyRefused

__all__ = ["BASELINE", "BINDS", "PolicyRefused", "find", "load", "packaged_policies", "policies_available", "rolled_up"]
