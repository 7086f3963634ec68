"""Words for what the rules report: fields, defects and reasons."""

from ..core.identifiers import IdentifierError


def identifier_problem(env, code, value, limit=0):
    """Return what is wrong with an identifier or a text, as the end of a sentence."""
    texts = {
        "empty": env._("is missing"),
        "missing": env._("is missing"),
        "too_long": env._(
            "has %(count)s characters, banks take %(limit)s", count=len(value), limit=limit
        ),
        "characters": env._(
            "contains characters other than A-Z, a-z, 0-9, spaces and + ? / - : ( ) . , '"
        ),
        "slash": env._("starts or ends with a slash or has two in a row"),
        "spaces": env._("starts or ends with a space"),
        "form": env._("does not have the right form"),
        "check_digits": env._("has wrong check digits; probably a digit is mistyped"),
        "length": env._("does not have the %(limit)s characters of its country", limit=limit),
        "country": env._("belongs to a country outside the SEPA scheme"),
        "not_normalised": env._("contains spaces or small letters"),
        "too_small": env._("must be at least 0.01 euro"),
        "too_large": env._("is more than 999,999,999.99 euro"),
        "both": env._("is given in two ways at once"),
        "lines": env._("has more address lines than the bank takes (%(limit)s)", limit=limit),
        "unstructured": env._("needs town and country in fields of their own"),
        "closed": env._("is no TARGET business day"),
        "mixed": env._("mixes schemes that need files of their own"),
        "twice": env._("is used twice"),
        "offset": env._("has no time zone"),
    }
    return texts.get(code, code)


def field_label(env, name):
    """Return the name of a field of a file for people."""
    labels = {
        "end_to_end_id": env._("end-to-end reference"),
        "amount": env._("amount"),
        "mandate": env._("mandate reference"),
        "signed_on": env._("signature date of the mandate"),
        "iban": env._("IBAN of the debtor"),
        "bic": env._("BIC of the debtor"),
        "debtor_name": env._("name of the debtor"),
        "debtor_address": env._("address of the debtor"),
        "ultimate_debtor": env._("name of the customer"),
        "purpose": env._("purpose code"),
        "text": env._("remittance text"),
        "reference": env._("structured reference"),
        "original_mandate": env._("earlier mandate reference"),
        "original_creditor_id": env._("earlier creditor identifier"),
        "original_creditor_name": env._("earlier name of the creditor"),
        "original_iban": env._("earlier IBAN of the debtor"),
        "creditor_name": env._("name of the creditor"),
        "creditor_id": env._("creditor identifier"),
        "creditor_iban": env._("IBAN of the creditor"),
        "creditor_bic": env._("BIC of the creditor"),
        "creditor_address": env._("address of the creditor"),
        "collect_on": env._("collection date"),
    }
    return labels.get(name) or labels.get(name.partition(".")[0]) or name


def describe_defect(env, record_name, defect):
    """Return a defect as one sentence that names record, field, value and what is wrong."""
    return env._(
        "%(record)s: %(field)s “%(value)s” %(problem)s.",
        record=record_name,
        field=field_label(env, defect.field),
        value=defect.value,
        problem=identifier_problem(env, defect.code, defect.value, defect.limit),
    )


def describe_error(env, field, error: IdentifierError):
    """Return what is wrong with an identifier that somebody entered."""
    return env._(
        "%(field)s “%(value)s” %(problem)s.",
        field=field,
        value=error.value,
        problem=identifier_problem(env, error.code, error.value, error.expected),
    )


def exclusion_text(env, code):
    """Return why an open item is not collected, and what to do."""
    texts = {
        "currency": env._("SEPA collects euros only. Choose another payment method."),
        "in_collection": env._("The amount is being collected already."),
        "no_creditor": env._("No creditor is set up for this company and business unit."),
        "no_mandate": env._("The customer has no mandate. Ask for one."),
        "draft": env._("The mandate is not signed yet."),
        "suspended": env._("The mandate is suspended. Clarify and resume it."),
        "ended": env._("The mandate has ended. Ask for a new one."),
        "revoked": env._("The mandate is revoked. Ask for a new one or another way to pay."),
        "lapsed": env._("The mandate was not used for 36 months and lapsed. Ask for a new one."),
        "used": env._("The one-off mandate is used already. Ask for a new one."),
        "unregistered": env._(
            "The debtor has to register this B2B mandate with the bank first. Tick it on the "
            "mandate when that is done."
        ),
        "iban": env._("The bank account of the mandate has no valid IBAN."),
        "account": env._(
            "A bank has refused debits of this account. Enter another account on the mandate."
        ),
        "failed": env._("The last collection failed. Decide whether to collect again."),
        "remittance": env._("The remittance text is too long. Shorten the template."),
        "locked": env._("Somebody else is just working on it."),
    }
    return texts.get(code, code)
