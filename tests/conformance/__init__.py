"""Agreement with an independent library, pyAgrum; run by ``make conformance``, which installs what it needs."""
