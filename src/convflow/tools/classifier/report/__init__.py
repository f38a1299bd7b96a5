"""`report.html`: what a training run came to, in one file that needs no network and no program.

`content` says what is needed, `write` puts the page together, and each family of figures has a file of its own.
"""

from convflow.tools.classifier.report.content import Errors, ReportContent
from convflow.tools.classifier.report.write import check_available, write_report

__all__ = ["Errors", "ReportContent", "check_available", "write_report"]
