# Makes series.tsv and bounds.tsv: upper bounds of farringtonFlexible as R's package surveillance gives them.
#   Rscript reference.R     (surveillance 1.20.3, R 4.2.2)
# The series are made up, but for the two federal states: S. Newport, weekly counts of SurvStat@RKI
# (Robert Koch-Institut), of which Table 2 of Salmon, Schumacher and Höhle (2016, doi:10.18637/jss.v070.i10, CC BY 3.0)
# prints five weeks of upper bounds.
suppressMessages(library(surveillance))
set.seed(31)
weeks <- 364
day <- seq(as.Date("2017-01-02"), by = "week", length.out = weeks)
draw <- function(level, slope, wave, phi, outbreaks = NULL) {
  mu <- level * exp(slope * (1:weeks) / 52 + wave * cos(2 * pi * (1:weeks) / 52.18))
  mu[outbreaks] <- mu[outbreaks] * 3
  if (phi > 1) rnbinom(weeks, size = mu / (phi - 1), mu = mu) else rpois(weeks, mu)
}
series <- data.frame(
  large = draw(80, 0.03, 0.3, 2.5), rising = draw(6, 0.15, 0.2, 1.5), falling = draw(12, -0.3, 0.3, 1.3),
  outbreaks = draw(9, 0, 0.4, 1.6, c(170:173, 260:265, 322)), rare = draw(0.4, 0, 0.5, 1),
  died = c(draw(5, 0, 0, 1)[1:200], rep(0, weeks - 200)), poisson = draw(20, 0, 0, 1)
)
data(salmNewport)
newport <- observed(salmNewport)[epoch(salmNewport) >= as.Date("2009-06-01"), c("Baden.Wuerttemberg", "North.Rhine.Westphalia")]
newport_day <- epoch(salmNewport)[epoch(salmNewport) >= as.Date("2009-06-01")]
long <- function(name, day, counts) data.frame(series = name, day = day, count = counts)
all <- do.call(rbind, c(
  lapply(names(series), function(name) long(name, day, series[[name]])),
  lapply(colnames(newport), function(name) long(name, newport_day, newport[, name]))
))
write.table(all, "series.tsv", sep = "\t", quote = FALSE, row.names = FALSE)

bounds <- function(case, name, counts, day, range, b, w, periods, past, threshold, alpha, freq = 52) {
  sts <- if (freq == 52) new("sts", epoch = as.numeric(day), freq = 52, observed = as.matrix(counts), epochAsDate = TRUE) else
    new("sts", epoch = seq_along(counts), freq = freq, observed = as.matrix(counts), epochAsDate = FALSE)
  found <- farringtonFlexible(sts, list(
    range = range, b = b, w = w, noPeriods = periods, pastWeeksNotIncluded = past, weightsThreshold = threshold,
    alpha = alpha, pThresholdTrend = 1, thresholdMethod = "nbPlugin", limit54 = c(0, 4), glmWarnings = FALSE
  ))
  data.frame(case, series = name, index = range - 1, b, w, periods, past, threshold, alpha, freq,
    expected = signif(as.numeric(found@control$expected), 10), phi = signif(as.numeric(found@control$phiVector), 10),
    upper = as.numeric(upperbound(found)), p_value = signif(as.numeric(found@control$pvalue), 10),
    has_trend = as.numeric(found@control$trend))
}
last <- (weeks - 7):weeks
month <- function(counts) colSums(matrix(counts, nrow = 4))
rows <- do.call(rbind, lapply(names(series), function(name) {
  counts <- series[[name]]
  rbind(
    bounds("noufaily", name, counts, day, last, 5, 3, 10, 26, 2.58, 0.01),
    bounds("wide", name, counts, day, last, 4, 5, 6, 15, 1, 0.05),
    bounds("no season", name, counts, day, last, 5, 3, 1, 8, 2.58, 0.01),
    bounds("two years", name, counts, day, last, 2, 3, 10, 26, 2.58, 0.005),
    bounds("four weeks", name, month(counts), NULL, 89:91, 5, 1, 5, 6, 2.58, 0.01, freq = 13)
  )
}))
today <- which(newport_day == as.Date("2013-12-23"))
printed <- do.call(rbind, lapply(colnames(newport), function(name)
  bounds("table 2", name, newport[, name], newport_day, (today - 4):today, 4, 3, 10, 26, 2.58, 0.05)))
write.table(rbind(rows, printed), "bounds.tsv", sep = "\t", quote = FALSE, row.names = FALSE)
