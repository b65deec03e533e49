"""A contract inferred anew over one that is there: what people decided stays, and the version tells of changes."""

from __future__ import annotations

from dataclasses import replace

from nbops.contracts.contract import Contract
from nbops.contracts.diff_contracts import diff_contracts


def infer_again(former: Contract, new: Contract) -> Contract:
    """Return *new* with what a person decided in *former*, one version up where anything differs.

    That is what is enforced, sensitive and fresh, keys and relations that somebody added, place and description.
    """
    columns = {}
    for name, terms in new.columns.items():
        old = former.columns.get(name)
        if old is not None:
            hidden = old.sensitive or terms.sensitive
            terms = replace(  # noqa: PLW2901 # the same terms, completed
                terms, enforce=old.enforce or terms.enforce, sensitive=hidden,
                fresh=old.fresh if terms.type == "time" and old.fresh is not None else terms.fresh,
                values=None if hidden else terms.values, new_values=0.0 if hidden else terms.new_values,
            )  # fmt: skip
        columns[name] = terms
    there = {one.rule for one in new.relations}
    kept = tuple(one for one in former.relations if one.rule not in there and (one.enforce or one.broken == 0))
    enforced = {one.rule: one.enforce for one in former.relations}
    relations = tuple(replace(one, enforce=enforced.get(one.rule, one.enforce)) for one in new.relations)
    made = replace(
        new, name=former.name, version=former.version, columns=columns, keys=former.keys,
        relations=(*relations, *kept), unknown_columns=former.unknown_columns,
        location=former.location or new.location, description=former.description,
        rows=replace(new.rows, enforce=former.rows.enforce),
    )  # fmt: skip
    return replace(made, version=former.version + 1) if diff_contracts(former, made) else made
