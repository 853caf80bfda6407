"""Mail that leaves the installation: written with its cause, delivered by a worker."""
