"""The contact flow, once: entities and handlers that know time only through the calendar port."""
