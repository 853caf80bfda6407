"""What is done at a stage: steps, criteria, gates and how far automation goes."""
