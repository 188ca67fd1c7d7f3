"""Run the migrations on the connection that warehouse.engine opened, in its transaction."""

from __future__ import annotations

from alembic import context

from warehouse.schema_notice import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
