"""What a change did to open items: which became settled, which stopped being settled.

A snapshot maps a document to its open items and says for each whether it is settled. Documents
that are not posted have no open items and are missing from the snapshot.
"""

from collections.abc import Mapping
from dataclasses import dataclass

Snapshot = Mapping[int, Mapping[int, bool]]


@dataclass(frozen=True)
class Transitions:
    """Ids of items and documents that changed their standing, each in ascending order."""

    settled_items: tuple[int, ...] = ()
    unsettled_items: tuple[int, ...] = ()
    settled_documents: tuple[int, ...] = ()
    unsettled_documents: tuple[int, ...] = ()


def compare(before: Snapshot, after: Snapshot) -> Transitions:
    """Compare two snapshots.

    A document is settled when it has items and all of them are. An item that is gone with its
    document is not reported as unsettled; an item of a document back in draft is.

    >>> compare({1: {10: False, 11: True}}, {1: {10: True, 11: True}})
    Transitions(settled_items=(10,), unsettled_items=(), settled_documents=(1,), \
unsettled_documents=())

    One item takes the place of the other: the document was and stays open.

    >>> compare({1: {10: False, 11: True}}, {1: {10: True, 11: False}})
    Transitions(settled_items=(10,), unsettled_items=(11,), settled_documents=(), \
unsettled_documents=())
    """
    items_before, items_after = _settled_items(before), _settled_items(after)
    documents_before, documents_after = _settled_documents(before), _settled_documents(after)
    return Transitions(
        settled_items=tuple(sorted(items_after - items_before)),
        unsettled_items=tuple(sorted(items_before - items_after)),
        settled_documents=tuple(sorted(documents_after - documents_before)),
        unsettled_documents=tuple(sorted(documents_before - documents_after)),
    )


def _settled_items(snapshot: Snapshot) -> set[int]:
    return {item for items in snapshot.values() for item, settled in items.items() if settled}


def _settled_documents(snapshot: Snapshot) -> set[int]:
    return {document for document, items in snapshot.items() if items and all(items.values())}
