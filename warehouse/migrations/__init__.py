"""How the warehouse's tables came to be, step by step (Alembic)."""
