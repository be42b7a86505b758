"""What `with_levers` adds to a staffing rule: one lever a file, its parameters beside it. No rule stands here."""
