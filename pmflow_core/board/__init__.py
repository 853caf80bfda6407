"""What a person sees of projects and does with them, composed from everything below."""
