"""Reports: one self-contained HTML page of one run, or of several side by side.

``sciml.report.page.write(results, "report.html")`` writes it, `page` returns it as text.
"""
