"""Why a router decided so, and why a schedule was changed: observers that cannot change the path."""
