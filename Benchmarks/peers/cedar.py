"""Times Cedar on the policies that the tests of Access compare with: one JSON object with what it took."""
import json
import pathlib
import sys
import time

ORACLE = pathlib.Path(__file__).resolve().parent.parent.parent / "Tests" / "AccessTests" / "Oracle"
sys.path.insert(0, str(ORACLE))

import cedarpy
import decide

ROLES = decide.MEMBERS["anybody"]
PERMISSIONS = ["read_status", "deploy", "request_deployment", "approve", "roll_back", "migrate", "read_audit", "read_secret"]


def main():
    policies = (ORACLE / "rights.cedar").read_text()
    entities = [decide.entity(role) for role in ROLES]
    entities += [{"uid": {"type": "Role", "id": group}, "attrs": {}, "parents": []} for group in decide.MEMBERS]
    requests = [
        {"principal": f'Role::"{role}"', "action": f'Action::"{permission}"', "resource": 'Environment::"here"',
         "context": {"protected": protected}}
        for role in ROLES for permission in PERMISSIONS for protected in (False, True)] * int(sys.argv[1])
    # Policies are parsed once for a batch, so that this is what deciding costs.
    started = time.perf_counter()
    results = cedarpy.is_authorized_batch(requests, policies, entities)
    seconds = time.perf_counter() - started
    print(json.dumps({"decisions": len(results), "seconds": seconds}))


main()
