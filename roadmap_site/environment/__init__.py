"""The environment variables of the site, declared once in variables.py.

The settings take their values from ``read``. It finds all that is wrong before anything starts, and says it in a line
for each variable; what contradicts itself is found by checks.py, as ``manage.py check`` runs it. Imports nothing of
the site, for the settings import it.
"""

from roadmap_site.environment.reader import WrongVariables, read
from roadmap_site.environment.variables import LAPTOP, PRODUCTION, VARIABLES, Variable

__all__ = ["LAPTOP", "PRODUCTION", "VARIABLES", "Variable", "WrongVariables", "read"]
