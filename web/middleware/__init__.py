"""web/middleware."""
