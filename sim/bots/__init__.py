"""Who starts with the bot, one rule a file. See `sim.model.policy.BotPolicy`."""
