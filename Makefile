# Every target sets up what it needs by itself; the first call takes minutes, the next seconds.
.PHONY: help demo stop test test-core lint format clean conformance

help:  ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo:  ## a German company with contracts, billed by the real cron, served in the browser
	@scripts/demo

stop:  ## stop the demo and the embedded PostgreSQL of this checkout
	@scripts/stop

test:  ## all tests; ADDON=<name> for one addon, TAGS=<odoo test tags> for a part of it
	@scripts/test $(ADDON) $(if $(TAGS),--tags '$(TAGS)')

test-core:  ## the business rules alone, in seconds, without a database
	@scripts/test --core

lint:  ## all linters and the project's own checks
	@scripts/run-lint

format:  ## let the formatters and fixers write
	@scripts/run-lint --fix

clean:  ## remove the cache folder with everything in it
	@scripts/stop --quiet; rm -rf "$$(readlink -f .cache)" .cache

conformance:  ## billing cases of a folder: make conformance CASES=tests/conformance
	@scripts/conformance $(CASES)

.PHONY: bench-billing
bench-billing:  ## a billing run against plain Odoo and OCA contract; N=<invoices per side>
	@scripts/bench-billing $(N)

.PHONY: bench-pdf
bench-pdf:  ## printing invoices in process against Odoo with wkhtmltopdf; N=<invoices per side>
	@scripts/bench-pdf $(N)

.PHONY: bench-usage
bench-usage:  ## taking in usage events against a bare COPY, and rating them; N=<events>
	@scripts/bench-usage $(N)

.PHONY: bench-sepa
bench-sepa:  ## direct debits from due invoices to a file and booked; N=<invoices>
	@scripts/bench-sepa $(N)

.PHONY: bench-statements
bench-statements:  ## booking and matching bank entries against core's payments; N=<entries>
	@scripts/bench-statements $(N)

.PHONY: bench-dunning
bench-dunning:  ## deciding about open items and printing letters against OCA's credit control; N=<items>
	@scripts/bench-dunning $(N)
