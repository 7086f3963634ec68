"""Every model has access rights, and every model of a company a record rule."""

import csv
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from .base import (
    Addon,
    Finding,
    class_value,
    classes,
    dotted,
    find_addons,
    iter_xml,
    literal_names,
    parse_python,
)


@dataclass
class Model:
    """What the source says about one model, over all classes that define or extend it."""

    kind: str = ""
    addon: Addon | None = None
    path: Path = Path()
    line: int = 1
    has_company: bool = False
    parents: set[str] = field(default_factory=set)


def check(root: Path) -> list[Finding]:
    """Models without a line of access rights or without a company rule."""
    addons = find_addons(root)
    models = _models(addons)
    findings = []
    for addon in addons.values():
        rights, rules = _access_lines(addon), _rules(addon)
        for name, model in models.items():
            if model.addon != addon or model.kind not in {"Model", "TransientModel"}:
                continue
            if _xml_id(name) not in rights:
                message = f"{name} has no line in security/ir.model.access.csv"
                findings.append(addon.finding(model.path, model.line, message))
            # Wizards need no rule: Odoo lets each person see only their own.
            if model.kind == "Model" and _has_company(models, name) and _xml_id(name) not in rules:
                message = f"{name} has company_id but no ir.rule"
                findings.append(addon.finding(model.path, model.line, message))
    return findings


def _models(addons: dict[str, Addon]) -> dict[str, Model]:
    models: dict[str, Model] = defaultdict(Model)
    for addon in addons.values():
        for path in addon.files(".py"):
            if addon.is_test(path):
                continue
            for node in classes(parse_python(path)):
                kinds = {dotted(base).removeprefix("models.") for base in node.bases}
                kind = next((k for k in kinds if k.endswith("Model")), "")
                parents = literal_names(class_value(node, "_inherit"))
                name = next(iter(literal_names(class_value(node, "_name")) or parents), "")
                if not kind or not name:
                    continue
                model = models[name]
                model.has_company |= class_value(node, "company_id") is not None
                model.parents |= set(parents) - {name}
                if name not in parents and class_value(node, "_name") is not None:
                    model.kind, model.addon, model.path = kind, addon, path
                    model.line = node.lineno
    return dict(models)


def _has_company(models: dict[str, Model], name: str) -> bool:
    model = models.get(name)
    return model is not None and (
        model.has_company or any(_has_company(models, parent) for parent in model.parents)
    )


def _xml_id(model: str) -> str:
    return "model_" + model.replace(".", "_")


def _access_lines(addon: Addon) -> set[str]:
    path = addon.path / "security" / "ir.model.access.csv"
    if not path.exists():
        return set()
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    ids = (row.get("model_id:id") or row.get("model_id/id") or "" for row in rows)
    return {name.rpartition(".")[2] for name in ids}


def _rules(addon: Addon) -> set[str]:
    return {
        str(child.get("ref", "")).rpartition(".")[2]
        for path in addon.files(".xml")
        for element in iter_xml(path)
        if element.tag == "record" and element.get("model") == "ir.rule"
        for child in element
        if child.get("name") == "model_id"
    }
