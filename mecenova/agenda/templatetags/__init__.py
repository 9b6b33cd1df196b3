"""What other rooms' pages and mails say of delays."""
