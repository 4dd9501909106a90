"""The simulated organization: projects, users, memberships and API keys."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ionq_data.emulator.ids import named_hex, named_uuid
from ionq_data.emulator.scenario import Role, Scenario

PROJECT_NAMES = (
    "Catalyst Screening", "Portfolio Risk", "Battery Chemistry", "Teaching Lab", "Error Mitigation Study",
    "Grid Optimization", "Protein Folding", "Image Kernels", "Benchmarks",
)  # fmt: skip
HOSTILE_PROJECT_NAMES = (
    "<script>alert('p')</script>", "=cmd|' /C calc'!A0", 'Robert"); DROP TABLE fct_jobs;--', "\u202egnp.troper\u202c",
    "Łódź 🧪 量子", "a,b;c\td", "O'Brien & Söhne <b>", "+1+1", "@SUM(A1:A9)",
)  # fmt: skip
USER_NAMES = (
    "Ada Lindqvist", "Bruno Okafor", "Chiara Moretti", "Dmitri Aalto", "Esra Yildiz", "Farid Haddad",
    "Grace Nakamura", "Hanna Kowalska", "Ivo Petrov", "Joana Teixeira", "Kofi Mensah", "Lena Vogel",
)  # fmt: skip
HOSTILE_USER_NAMES = (
    "<img src=x onerror=alert(1)>", '"quoted"', "=1+1", "\u202eresu", "🦄", "名無し", "O'Neil", "a|b", "-2+3", "\\n",
    "Tab\there", "{{ user }}",
)  # fmt: skip
PROJECT_WEIGHTS = np.array([0.22, 0.17, 0.14, 0.12, 0.10, 0.09, 0.07, 0.05, 0.04])
# Begin and end of each project's activity as a share of the simulated time; the first six are always active.
PROJECT_ACTIVE = np.array([[0, 1]] * 6 + [[0.25, 1], [0, 0.6], [0.5, 1]], dtype=np.float64)
CREDITS_PROJECT = 3


@dataclass(frozen=True)
class Key:
    """An API key: its organization, its user (unless it sees the whole organization), and its rights."""

    secret: str
    key_id: str
    name: str
    organization_id: str
    user: int | None
    project: int | None
    role: Role = "admin"


@dataclass(frozen=True)
class Organization:
    """Projects and users by number; `members[project]` lists the users of a project, most active first."""

    id: str
    project_ids: tuple[str, ...]
    project_names: tuple[str, ...]
    user_ids: tuple[str, ...]
    user_names: tuple[str, ...]
    members: tuple[tuple[int, ...], ...]
    keys: tuple[Key, ...]
    other_organization_id: str

    def key(self, secret: str) -> Key | None:
        """Return the key with this secret, or None."""
        return next((key for key in self.keys if key.secret == secret), None)

    def shared_users(self, user: int) -> frozenset[int]:
        """Return the users who share a project with a user, the user included."""
        return frozenset(other for members in self.members if user in members for other in members) | {user}

    def projects_of(self, user: int) -> frozenset[int]:
        """Return the projects a user is a member of."""
        return frozenset(project for project, members in enumerate(self.members) if user in members)


def found_organization(scenario: Scenario) -> Organization:
    """Return the organization of a scenario: nine projects, twelve users, six keys."""
    seed = scenario.seed
    rng = np.random.default_rng([seed, 1])
    projects = HOSTILE_PROJECT_NAMES if scenario.hostile else PROJECT_NAMES
    users = HOSTILE_USER_NAMES if scenario.hostile else USER_NAMES
    members = []
    for project in range(len(projects)):
        size = int(rng.integers(2, 6))
        others = rng.permutation(len(users))
        # Every user leads at least one project in turn, so every user has work.
        lead = [project % len(users), (project + len(projects)) % len(users)]
        members.append(tuple(dict.fromkeys([*lead, *map(int, others[:size])])))
    organization_id, other_id = named_uuid(seed, "organization", 0), named_uuid(seed, "organization", 1)
    return Organization(
        id=organization_id,
        project_ids=tuple(named_uuid(seed, "project", number) for number in range(len(projects))),
        project_names=projects,
        user_ids=tuple(named_hex(seed, "user", number, digits=24) for number in range(len(users))),
        user_names=users,
        members=tuple(members),
        keys=(
            _key(seed, 0, "organization", organization_id, role=scenario.role),
            _key(seed, 1, "own jobs", organization_id, user=members[0][0], project=0),
            _key(seed, 2, "other organization", other_id),
            _key(seed, 3, "finance", organization_id),
            _key(seed, 4, "jobs and costs", organization_id, role="jobs_only"),
            _key(seed, 5, "member", organization_id, user=members[1][0], project=1, role="user"),
        ),
        other_organization_id=other_id,
    )


def _key(
    seed: int, number: int, name: str, organization_id: str, *, user: int | None = None, project: int | None = None,
    role: Role = "admin",
) -> Key:  # fmt: skip
    secret = named_hex(seed, "key", number, digits=32)
    return Key(secret, named_uuid(seed, "key", number), name, organization_id, user, project, role)
