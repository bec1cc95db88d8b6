"""A team's own tables beside its documents: settings of quality rules, chosen certificates, magnetic declinations."""
