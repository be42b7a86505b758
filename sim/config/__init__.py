"""Reading scenario files: the only place that opens YAML and CSV, and the boundary behind which data is
trusted."""
