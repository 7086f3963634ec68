import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");

/** A click of a person; the test counts them. */
function click(content, trigger) {
    return {
        content,
        trigger,
        run: async ({anchor}) => {
            document.body.dataset.billingClicks =
                Number(document.body.dataset.billingClicks || 0) + 1;
            anchor.click();
        },
    };
}

/** Fail unless the task took at most so many clicks. */
function atMost(clicks) {
    return {
        content: `at most ${clicks} clicks`,
        trigger: "body",
        run: () => {
            const done = Number(document.body.dataset.billingClicks || 0);
            if (done > clicks) {
                throw new Error(`${done} clicks, ${clicks} are allowed`);
            }
            document.body.dataset.billingClicks = 0;
        },
    };
}

tours.add("subscription_billing_work_list", {
    steps: () => [
        {
            content: "the app opens on what needs somebody",
            trigger: ".o_billing_card[data-key=held][data-count='1'].bg-warning-subtle",
        },
        {
            content: "nothing set aside, no colour",
            trigger: ".o_billing_card[data-key=set_aside][data-count='0']:not(.bg-danger-subtle)",
        },
        {
            content: "at least six cards",
            trigger: ".o_billing_cards",
            run: ({anchor}) => {
                if (anchor.querySelectorAll("button[data-hotkey]").length < 6) {
                    throw new Error("too few cards");
                }
            },
        },
        click("held contracts", ".o_billing_card[data-key=held]"),
        {content: "their list", trigger: ".o_list_view .o_data_row:only-child td[name=name]"},
        atMost(1),
        {content: "back", trigger: ".breadcrumb-item:first a, .o_back_button", run: "click"},
        {content: "the cards again", trigger: ".o_billing_card[data-key=held]"},
        {
            content: "by keyboard: its own shortcut, whatever cards other addons put before it",
            trigger: ".o_billing_card[data-key=held][data-hotkey]",
            run: ({anchor, press}) =>
                press(`Alt+${anchor.dataset.hotkey.replace("shift", "Shift")}`),
        },
        {content: "the same list", trigger: ".o_list_view .o_data_row:only-child td[name=name]"},
    ],
});

tours.add("subscription_billing_run", {
    steps: () => [
        click("what is due, from the first page", ".o_billing_status [data-key^=next_] button"),
        {content: "sums", trigger: ".o_billing_summary td:contains(215)"},
        {
            content: "exceptions first: the contract without an address",
            trigger: "section[data-cause=no_address] .o_billing_exception",
        },
        click("leave it out", "section[data-cause=no_address] .o_billing_hold"),
        {
            content: "the reason is proposed",
            trigger: "section[data-cause=no_address] input",
        },
        {
            content: "its amount is no longer in the sum",
            trigger: ".o_billing_summary td:contains(100)",
        },
        click("release", ".o_billing_release:enabled"),
        {content: "it starts", trigger: ".o_billing_run_progress[data-state=waiting]"},
        {content: "one is held", trigger: ".o_billing_errors"},
        atMost(3),
    ],
});

tours.add("subscription_billing_run_stop", {
    steps: () => [
        {content: "at work", trigger: ".o_billing_run_progress[data-state=running]"},
        {content: "half of it", trigger: ".o_billing_percent:contains(50 %)"},
        click("stop", "button[name=action_stop]"),
        {content: "it will", trigger: ".o_billing_run_progress[data-stopping]"},
        atMost(1),
    ],
});

tours.add("subscription_billing_run_resume", {
    steps: () => [
        {content: "stopped", trigger: ".o_billing_run_progress[data-state=stopped]"},
        click("resume", ".o_billing_resume"),
        {content: "it goes on", trigger: ".o_billing_run_progress[data-state=waiting]"},
        atMost(1),
    ],
});

tours.add("subscription_billing_run_done", {
    steps: () => [
        {
            content: "nothing to do, and what comes next",
            trigger: ".o_billing_nothing:contains(1)",
        },
        {content: "no release", trigger: ".o_billing_release:disabled"},
    ],
});
