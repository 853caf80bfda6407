"""Durable stage runs: claimed once, resumed at the first incomplete step, always explained."""
