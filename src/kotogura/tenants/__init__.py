"""Who a tenant is, and what is kept about it."""
