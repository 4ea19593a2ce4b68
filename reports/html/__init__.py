"""The report: records as one HTML file that opens offline and asks nothing of the network."""
