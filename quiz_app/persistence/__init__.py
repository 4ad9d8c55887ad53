"""Tables and SQL: one module per noun, with its ``Db…`` classes and its named statements."""
