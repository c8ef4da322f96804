# Ratio estimates of R's package survey, with the people they were made from, for the test `survey`.
#
#   Rscript domain/tests/oracle/svyratio.R > domain/tests/golden/svyratio.json
#
# The share is the ratio of satisfied answers to answers, the mean that of scores to answers; people without an answer
# are not in the sample. R takes what is drawn first (people or villages), within strata.

suppressPackageStartupMessages(library(survey))
set.seed(20261122)

draw <- function(people, criteria, strata, villages, missing) {
  stratum <- sample(seq_len(strata), people, replace = TRUE)
  village <- stratum * 100 + sample(seq_len(villages), people, replace = TRUE)
  effect <- rnorm(people, sd = 0.7) + rnorm(strata * 100 + villages, sd = 0.3)[village]
  latent <- outer(effect, rep(0, criteria), "+") + rnorm(people * criteria, sd = 0.6)
  scores <- matrix(findInterval(latent, c(-1.6, -1.1, -0.6, 0.5)) + 1, people)
  scores[runif(people * criteria) < missing] <- NA
  answered <- rowSums(!is.na(scores)) > 0
  list(scores = scores[answered, , drop = FALSE], stratum = stratum[answered], village = village[answered])
}

ratios <- function(drawn, ids, strata) {
  scores <- drawn$scores
  data <- data.frame(
    answers = rowSums(!is.na(scores)),
    satisfied = rowSums(scores >= 4, na.rm = TRUE),
    sum = rowSums(scores, na.rm = TRUE),
    person = seq_len(nrow(scores)), village = drawn$village, stratum = drawn$stratum, weight = 1
  )
  design <- svydesign(ids = ids, strata = strata, weights = ~weight, data = data, nest = TRUE)
  share <- svyratio(~satisfied, ~answers, design)
  mean <- svyratio(~sum, ~answers, design)
  number <- function(value) sprintf("%.15e", as.numeric(value))
  sprintf('{"share": %s, "share_variance": %s, "mean": %s, "mean_variance": %s}',
          number(coef(share)), number(share$var), number(coef(mean)), number(mean$var))
}

case <- function(people, criteria, strata, villages, missing) {
  drawn <- draw(people, criteria, strata, villages, missing)
  row <- function(index) {
    scores <- ifelse(is.na(drawn$scores[index, ]), "null", drawn$scores[index, ])
    sprintf('[%d, %d, [%s]]', drawn$stratum[index], drawn$village[index], paste(scores, collapse = ", "))
  }
  rows <- paste(vapply(seq_len(nrow(drawn$scores)), row, ""), collapse = ",\n    ")
  sprintf('  {"people": [\n    %s],\n   "persons": %s,\n   "strata": %s,\n   "clusters": %s,\n   "clusters_in_strata": %s}',
          rows, ratios(drawn, ~person, NULL), ratios(drawn, ~person, ~stratum),
          ratios(drawn, ~village, NULL), ratios(drawn, ~village, ~stratum))
}

cases <- c(case(40, 3, 2, 4, 0), case(60, 5, 3, 5, 0.3), case(90, 2, 2, 8, 0.6))
cat("[\n", paste(cases, collapse = ",\n"), "\n]\n", sep = "")
