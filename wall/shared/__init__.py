"""What the controllers of a site share in Redis: the desired state, and the lease on commanding."""
