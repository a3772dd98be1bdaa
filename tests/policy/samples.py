"""The least a policy file can hold, for tests to spoil."""

CLAUSE = """\
  - id: X-1
    line: 12
    heading: Email
    paraphrase: Nobody sends council mail on.
    force: must not
    binds: [users]
    judgement: automatic
    checks: [mail-forwarded-outside]
"""
TOP = "policy: ours\ntitle: IT Policy\ncouncil: Exampleton Town Council\nclauses:\n"
