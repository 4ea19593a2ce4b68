"""Two sets of records compared, cell by cell and measure by measure, by declared rules."""
