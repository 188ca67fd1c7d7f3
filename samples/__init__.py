"""The sample portal: data modules, the generator and what it made. README.md says what is invented and what is seeded."""
