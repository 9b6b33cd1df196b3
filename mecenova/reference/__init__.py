"""The shared vocabulary: causes, skills, publics, sectors, territories, and the five kinds of partnership."""
