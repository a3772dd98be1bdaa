"""What a council has to see to besides: documents, training, incidents, and the audit itself."""
