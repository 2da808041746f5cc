"""Prints template.yaml as plain CloudFormation: `cfn-lint` sees mistakes there that it cannot see in the SAM form.

Run by `make check` as `python -m tests.template.lint > file`.
"""

from __future__ import annotations

import json
import sys

from local.aws.template import load, translate

if __name__ == "__main__":
    json.dump(translate(load()), sys.stdout, indent=1, default=str)
