"""Decides questions by Cedar: reads [{role, operation, protected}] as JSON, writes the allowed ones' truth in order."""
import json
import pathlib
import sys

import cedarpy

MEMBERS = {
    "anybody": ["viewer", "developer", "release_manager", "dba", "on_call", "auditor", "admin"],
    "staff": ["developer", "release_manager", "dba", "on_call", "auditor", "admin"],
    "hands": ["developer", "release_manager", "dba", "on_call"],
    "builders": ["developer", "release_manager", "dba"],
    "deciders": ["release_manager", "dba"],
    "freezers": ["release_manager", "on_call"],
    "writers": ["developer", "release_manager"],
    "restorers": ["developer", "dba"],
    "overseers": ["auditor", "admin"],
}


def entity(role):
    parents = [{"type": "Role", "id": group} for group, members in MEMBERS.items() if role in members]
    return {"uid": {"type": "Role", "id": role}, "attrs": {}, "parents": parents}


def main():
    policies = (pathlib.Path(__file__).parent / "rights.cedar").read_text()
    entities = [entity(role) for role in MEMBERS["anybody"]]
    entities += [{"uid": {"type": "Role", "id": group}, "attrs": {}, "parents": []} for group in MEMBERS]
    requests = [
        {
            "principal": f'Role::"{question["role"]}"',
            "action": f'Action::"{question["operation"]}"',
            "resource": 'Environment::"here"',
            "context": {"protected": question["protected"]},
        }
        for question in json.load(sys.stdin)
    ]
    results = cedarpy.is_authorized_batch(requests, policies, entities)
    errors = [error for result in results for error in result.diagnostics.errors]
    if errors:
        sys.exit(f"Cedar found errors: {errors[:3]}")
    json.dump([result.allowed for result in results], sys.stdout)


if __name__ == "__main__":
    main()
