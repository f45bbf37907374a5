"""The admin's own site: two factors, a log of what staff does, and a page of consequences before a save.

`site` is the AdminSite, `confirmation` asks before an edit that changes anyone's numbers, `audit_log` writes down what
staff does, `log_entries` shows it. Kept empty, because Django imports it before the apps are ready.
"""
