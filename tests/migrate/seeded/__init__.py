"""A fleet, dashboards and rules made from a seed, with what its move does to each query computed."""
