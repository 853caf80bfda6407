"""Who a signal came from, and what they are worth."""
