"""``python -m benchmarks.serve PEOPLE``: the imitation of Microsoft 365 with one council, its limits off.

Prints in one line of JSON where it is, then serves until its standard input is closed.
"""

import json
import sys
from datetime import UTC, datetime

from m365audit.graph.credentials import TOKEN_VARIABLES
from m365audit.model.datasets.identity import ACCOUNTS
from m365audit.sample.councils import scaled
from m365audit.sample.service.server import running


def main(people: int) -> None:
    tenant = scaled(people, seed=1, as_of=datetime.now(UTC)).tenant
    with running([tenant], limits=False) as service:
        base = f"{service.url}/v1.0"
        served = {
            "people": people,
            "rows": len(tenant.users) + len(tenant.registration),
            "url": service.url,
            "tenant_id": tenant.tenant_id,
            "hello": f"{base}/organization?$select=id",
            "users": f"{base}/users?$select={','.join(ACCOUNTS.select)}&$top=999",
            "registration": f"{base}/reports/authenticationMethods/userRegistrationDetails?$top=999",
            "environ": {
                variable: service.token(tenant.tenant_id, str(name)) for name, variable in TOKEN_VARIABLES.items()
            },
        }
        print(json.dumps(served), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main(int(sys.argv[1]))
