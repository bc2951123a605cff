"""Identity numbers where they need not be read in full."""

from __future__ import annotations

import pytest

from trunkline.kernel.masking import masked_id, without_ids


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("340102199001011234", "340102********1234"),
        ("34010219900101123X", "340102********123X"),
        ("G12345678", "G1*****78"),
        ("12345", "12*45"),
        ("1234", "****"),
        ("", ""),
    ],
)
def test_a_number_keeps_its_length_and_no_more_than_its_ends(number: str, masked: str) -> None:
    assert masked_id(number) == masked


def test_resident_numbers_within_a_text_are_masked_and_longer_ones_are_not_numbers() -> None:
    text = "身份证340102199001011234，串号8600000000000011234567"
    assert without_ids(text) == "身份证340102********1234，串号8600000000000011234567"
