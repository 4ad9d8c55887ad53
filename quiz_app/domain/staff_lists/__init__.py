"""Staff lists: what their cells mean, what is there twice, and what an import would change."""
