"""From evidence to results: rules, clauses, and the assessment as it is kept."""
