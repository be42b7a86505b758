"""Who is on duty when: named agents, their duties and breaks."""
