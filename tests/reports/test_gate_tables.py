"""The tables of `docs/gate.md` are what the gate computes."""

from tests.reports.gate_tables import PAGE, with_tables


def test_the_page_has_the_tables_that_the_command_writes() -> None:
    """`python -m tests.reports.gate_tables` makes them anew."""
    page = PAGE.read_text()
    assert with_tables(page) == page
