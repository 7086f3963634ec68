import {registry} from "@web/core/registry";

const SIGNED = ".alert-success[role=status]";

// From no mandate to a signed one, with a typing error on the way.
registry.category("web_tour.tours").add("sepa_mandate_sign", {
    steps: () => [
        {
            content: "the page of mandates",
            trigger: "a[href='/my/mandates/new']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "a mistyped number",
            trigger: "input[name=iban]",
            run: "edit DE75512108001245126198",
        },
        {content: "who holds the account", trigger: "input[name=holder]", run: "edit Anna Alpha"},
        {
            content: "the page says so at once",
            trigger: ".o_sepa_live:contains(6198)",
        },
        {
            content: "go on",
            trigger: "main form button[type=submit]",
            run: "click",
            expectUnloadPage: true,
        },
        {content: "the error stands at the field", trigger: "#mandate_iban_hint [role=alert]"},
        {
            content: "what was entered is still there",
            trigger: "input[name=holder]:value('Anna Alpha')",
        },
        {
            content: "the right number",
            trigger: "input[name=iban]",
            run: "edit DE75 5121 0800 1245 1261 99",
        },
        {
            content: "go on",
            trigger: "main form button[type=submit]",
            run: "click",
            expectUnloadPage: true,
        },
        {content: "what is signed", trigger: "dd:contains(DE98ZZZ09999999999)"},
        {content: "who signs", trigger: "input[name=name]", run: "edit Anna Alpha"},
        {content: "where", trigger: "input[name=place]", run: "edit Kiel"},
        {content: "that it is meant", trigger: "input[name=accept]", run: "click"},
        {
            content: "sign",
            trigger: ".o_sepa_sign button[type=submit]",
            run: "click",
            expectUnloadPage: true,
        },
        {content: "signed", trigger: SIGNED},
        {content: "in force", trigger: "[data-state=active]"},
    ],
});

// The announced debit on the invoice, then the mandate is taken back.
registry.category("web_tour.tours").add("sepa_mandate_revoke", {
    steps: () => [
        {content: "the debit is announced", trigger: ".o_billing_in_collection:contains(6199)"},
        {
            content: "and nobody asks for the money",
            trigger: "body:not(:has(a[data-bs-target='#pay_with']))",
        },
        {
            content: "to the mandates",
            trigger: "body",
            run: () => {
                window.location.href = "/my/mandates";
            },
            expectUnloadPage: true,
        },
        {
            content: "the mandate",
            trigger: "[data-mandate] a",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "take it back",
            trigger: "a[href$='/revoke']",
            run: "click",
            expectUnloadPage: true,
        },
        {content: "what that means", trigger: "main li:contains(6199)"},
        {
            content: "confirm",
            trigger: "main form button.btn-danger",
            run: "click",
            expectUnloadPage: true,
        },
        {content: "done", trigger: SIGNED},
        {content: "not in force", trigger: "[data-state=revoked]"},
    ],
});
