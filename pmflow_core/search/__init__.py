"""One box over signals, themes, projects and documents: words and meaning, fused by rank."""
