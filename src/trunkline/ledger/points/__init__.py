"""积分: loyalty points of lines (S18, S19, REG-31), lots and movements that are only ever added to.

Points are a line's: they belong to the contracted user behind it, not to the organisation (S18-G1).
"""
