"""Paper: any register as a list, and the returns laid by hand; drawn with ReportLab."""
