"""The workbooks: the only place that knows Excel."""
