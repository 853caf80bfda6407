"""Every call to a provider: paid for from a budget, written down before it is sent, never twice."""
