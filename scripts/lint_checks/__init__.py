"""The project's own checks: what no general linter knows about this suite.

Each module has one public function ``check(root) -> list[Finding]`` which reads the files below
``root`` and changes nothing. ``ALL`` names them in the order in which they are reported.
"""

from . import (
    acl,
    catalogues,
    core_imports,
    foreign_nouns,
    glossary,
    machine_paths,
    manifests,
    old_idioms,
    real_clock,
    refusals,
    sizes,
    test_layout,
)

ALL = (
    foreign_nouns,
    core_imports,
    real_clock,
    test_layout,
    catalogues,
    glossary,
    machine_paths,
    acl,
    manifests,
    old_idioms,
    refusals,
    sizes,
)
