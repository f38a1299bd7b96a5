"""The package `preprocessing` of the research models: from pictures of any size to what networks were trained on."""
