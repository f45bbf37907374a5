"""What every way of editing the content keeps to: order, rules, who may publish, what may be deleted.

The admin's forms and the loader ask here, so a rule is said once. Begin with `validators`.
May import: the ground floor of stages only.
"""
