"""Faults, complaints and enquiries (客户关怀): 障碍申告 (二十五), 投诉 (二十六), 咨询 (二十七)."""
