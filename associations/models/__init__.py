from associations.models.association import Association
from associations.models.project import Ask, Project

__all__ = ["Ask", "Association", "Project"]
