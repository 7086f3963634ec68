"""What customers enter: values as entered, and what is wrong with each."""

from ..core.identifiers import IdentifierError, check_iban
from ..models.sepa_texts import describe_error

MAX_NAME = 70


class AccountForm:
    """The account to be debited and who holds it."""

    fields = ("iban", "holder")

    def __init__(self, values=None):
        self.values = dict.fromkeys(self.fields, "") | (values or {})
        self.errors = {}
        self.iban = ""

    @classmethod
    def of(cls, payer, mandate=None):
        holder = mandate and mandate.partner_bank_id.acc_holder_name
        return cls({"holder": holder or payer.name or ""})

    @classmethod
    def from_post(cls, env, post):
        form = cls({name: (post.get(name) or "").strip() for name in cls.fields})
        form._check_account(env)
        return form

    def is_valid(self):
        return not self.errors

    def _check_account(self, env):
        try:
            self.iban = check_iban(self.values["iban"])
        except IdentifierError as error:
            if error.code == "empty":
                self.errors["iban"] = env._(
                    "IBAN: it is missing. Enter the account to be debited."
                )
            else:
                self.errors["iban"] = describe_error(env, env._("IBAN"), error)
        self._check_text(
            env,
            "holder",
            env._("Account holder: the name is missing. Enter it as the bank knows it."),
            env._("Account holder: banks take up to 70 characters. Shorten the name."),
        )

    def _check_text(self, env, name, missing, too_long):
        text = self.values[name]
        if not text:
            self.errors[name] = missing
        elif len(text) > MAX_NAME:
            self.errors[name] = too_long


class SignatureForm(AccountForm):
    """Who signs, where, and that it is meant."""

    fields = ("iban", "holder", "name", "place", "accept", "for_invoices")

    @classmethod
    def of(cls, mandate, user):
        signer = "" if user._is_public() else user.partner_id.name
        holder = mandate.partner_id.commercial_partner_id.name or ""
        return cls({"name": signer, "holder": holder, "for_invoices": "on"})

    @classmethod
    def from_post(cls, env, post, needs_account):
        form = cls({name: (post.get(name) or "").strip() for name in cls.fields})
        if needs_account:
            form._check_account(env)
        form._check_text(
            env,
            "name",
            env._("Name: it is missing. Enter the name of the person who signs."),
            env._("Name: up to 70 characters are possible. Shorten it."),
        )
        form._check_text(
            env,
            "place",
            env._("Place: it is missing. Enter the town you sign in."),
            env._("Place: up to 70 characters are possible. Shorten it."),
        )
        if not form.values["accept"]:
            form.errors["accept"] = env._("Mandate: tick the box to sign it.")
        return form
