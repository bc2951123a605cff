"""The service items of the standard, one file each (柜台受理)."""
