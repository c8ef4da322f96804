site-name = Nghe Dân
nav-label = Main navigation
nav-home = Home
nav-answer = Answer
nav-results = Results
footer-method = How the index is computed
footer-api = Open data for other software
footer-licence = Open-source software, licensed MIT or Apache-2.0.
