"""What a file is and says, from its content alone. Knows no table."""
