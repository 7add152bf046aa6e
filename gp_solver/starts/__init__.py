"""What a level of the general solver starts from: functions, frequencies that are seen, points."""
