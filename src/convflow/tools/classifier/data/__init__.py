"""What a classifier is trained and measured on."""
