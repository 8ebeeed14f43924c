"""One script per claim about speed or accuracy; each prints ratios measured in one run."""
