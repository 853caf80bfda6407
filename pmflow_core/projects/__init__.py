"""Projects, the stages they pass, and the record of why they moved or did not."""
