#!/usr/bin/env python
"""Django's command line for Waymark; start with `manage.py quickstart`."""

import os
import sys

from django.core.management import execute_from_command_line

from roadmap_site.environment import WrongVariables

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "roadmap_site.settings")
    try:
        execute_from_command_line(sys.argv)
    except WrongVariables as error:
        sys.exit(str(error))
