"""page_check.py FILE…: what page-validation says, in the lines of VeraCheck. Runs in the judges' own environment."""

import sys

import page

PROFILES = {"3a": page.ValidationProfile.PDF_A_3A, "ua1": page.ValidationProfile.PDF_UA_1}

for name, profile in PROFILES.items():
    for file in sys.argv[1:]:
        result = page.validate_pdf(file, profile=profile)
        rules = sorted({one.rule_id for one in result.failures})
        sys.stdout.write("\t".join([name, file, "PASS" if result.is_compliant else "FAIL", str(rules)]) + "\n")
