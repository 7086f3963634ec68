"""Words for the reasons of banks, for staff and for customers."""


def describe_reason(env, code):
    """Return what a reason means, in words for staff; the bare code where nobody knows it."""
    texts = {
        "AM04": env._("Not enough funds on the account"),
        "MS03": env._("The bank does not say why, mostly not enough funds"),
        "MS02": env._("The customer has refused the debit"),
        "MD06": env._("The customer has asked for the money back"),
        "MD01": env._("The customer says that there is no valid mandate"),
        "MD02": env._("Data of the mandate are missing or wrong"),
        "MD07": env._("The account holder has died"),
        "AC01": env._("The IBAN is wrong"),
        "AC04": env._("The account is closed"),
        "AC06": env._("The account is blocked for debits"),
        "AC13": env._("A consumer's account cannot be debited by the B2B scheme"),
        "AG01": env._("This kind of account cannot be debited"),
        "AG02": env._("Wrong sequence type or transaction code"),
        "AM05": env._("The bank says that it was collected twice"),
        "BE04": env._("The address of the creditor is missing or wrong"),
        "BE05": env._("The creditor identifier is wrong"),
        "BE07": env._("The address of the debtor is missing or wrong"),
        "CNOR": env._("Our bank does not take part in the scheme"),
        "DNOR": env._("The customer's bank does not take part in the scheme"),
        "RC01": env._("The BIC is wrong"),
        "RR01": env._("Data that the law requires are missing"),
        "RR02": env._("The name or address of the debtor is missing"),
        "RR03": env._("The name or address of the creditor is missing"),
        "RR04": env._("Stopped for reasons of law"),
        "SL01": env._("The customer has restricted debits at the bank"),
        "FF01": env._("The file has the wrong format"),
        "FF05": env._("The scheme does not fit"),
        "TM01": env._("The file came after the cut-off"),
        "DT01": env._("The date is not possible"),
        "AM10": env._("The control sum is wrong"),
        "AM18": env._("The number of debits is wrong"),
        "DUPL": env._("The bank has had this file before"),
        "ED05": env._("The settlement failed"),
        "FOCR": env._("Called back by the creditor"),
    }
    if not code:
        return env._("The bank gives no reason")
    text = texts.get(code.upper())
    return f"{text} ({code})" if text else code


def tell_customer(env, code):
    """Return why a debit failed, as a sentence to the customer, without blame.

    What a bank may not tell others about its customer, and codes without meaning for people,
    are not named.
    """
    account = env._("Your bank tells us that this account cannot be debited.")
    texts = {
        "AM04": env._("Your bank could not carry out the debit."),
        "MS02": env._("The debit was refused on your behalf."),
        "MD06": env._("The amount was returned to you at your request."),
        "MD01": env._("Your bank tells us that there is no mandate for the debit."),
        "SL01": env._("Your settings at your bank do not allow this debit."),
        **dict.fromkeys(("AC01", "AC04", "AC06", "AC13", "AG01", "DNOR"), account),
    }
    return texts.get(code.upper(), env._("Your bank could not carry out the debit."))
