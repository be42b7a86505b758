"""KPIs: one family a file, each a fold over a journal. Only the journal is read, never the model."""
