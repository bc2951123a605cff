"""Pure rules of agreements: terms, signing, members."""
