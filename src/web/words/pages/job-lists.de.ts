/** The list of jobs, what is done to several at once, and how a job fares. */
export const jobListsInGerman = {
  // job.tsx, job-fires.tsx, job-chain.tsx, job-changes.tsx
  "Started by the end of another job.": "Wird durch das Ende eines anderen Jobs gestartet.",
  "From now": "Von jetzt an",
  Chain: "Kette",
  "It starts when {job} has ended well, for the same client.":
    "Er startet, wenn {job} gut geendet hat, für denselben Mandanten.",
  "It starts when {job} has ended, for the same client.":
    "Er startet, wenn {job} geendet hat, für denselben Mandanten.",
  "After it start:": "Danach starten:",
  "if it ended well": "wenn er gut geendet hat",
  Changes: "Änderungen",

  // durations.tsx
  Durations: "Dauern",
  "{count} runs: median {median}, p95 {p95}, longest {longest}":
    "{count} Läufe: Median {median}, p95 {p95}, der längste {longest}",
  "An outline: partial, failed or cancelled.": "Nur umrandet: teilweise, fehlgeschlagen oder abgebrochen.",
  "The durations as a table": "Die Dauern als Tabelle",

  // fates.tsx
  "last {count}: {fates}": "letzte {count}: {fates}",

  // job-condition.tsx
  "failing, {count} in a row": "scheitert, {count} in Folge",
  "paused for some clients": "für einige Mandanten angehalten",
  paused: "angehalten",
  "paused until {time}": "angehalten bis {time}",
  active: "aktiv",

  // job-filter.tsx
  failing: "scheitert",
  "Next fire": "Nächste Auslösung",
  "Last failure": "Letzter Fehlschlag",
  Order: "Reihenfolge",
  "all of this group": "alle dieser Gruppe",

  // jobs.tsx
  "No job matches.": "Kein Job passt.",
  "No job matches so far.": "Bisher passt kein Job.",
  "{count} jobs were looked at for this page; there may be more behind them.":
    "Für diese Seite wurden {count} Jobs angesehen; dahinter können weitere folgen.",
  "Search on": "Weitersuchen",
  "With the jobs that are ticked:": "Mit den angehakten Jobs:",
  Choose: "Auswahl",
  "no retry": "kein neuer Versuch",
  "retry after {time}": "neuer Versuch nach {time}",
  "median {median}, p95 {p95}": "Median {median}, p95 {p95}",

  // jobs-bulk.tsx
  "Start {count} job": "{count} Job starten",
  "Start {count} jobs": "{count} Jobs starten",
  "Pause {count} job": "{count} Job anhalten",
  "Pause {count} jobs": "{count} Jobs anhalten",
  "Resume {count} job": "{count} Job fortsetzen",
  "Resume {count} jobs": "{count} Jobs fortsetzen",
  "Each starts within seconds, for every client that it serves or for one. The schedules stay as they are.":
    "Jeder startet in wenigen Sekunden, für jeden Mandanten, für den er läuft, oder für einen. Die Zeitpläne bleiben, wie sie sind.",
  "The jobs go on from now, for all their clients.": "Die Jobs laufen ab jetzt weiter, für alle ihre Mandanten.",
  "starting, pausing and resuming jobs": "Jobs starten, anhalten und fortsetzen",
  "No job was ticked": "Kein Job angehakt",
  "Go back and tick the jobs that you mean.": "Gehen Sie zurück und haken Sie die Jobs an, die Sie meinen.",
  "Too many jobs": "Zu viele Jobs",
  "At most 200 jobs are started, paused or resumed at once.":
    "Höchstens 200 Jobs werden auf einmal gestartet, angehalten oder fortgesetzt.",
  "Nothing was done yet. Please mend this:": "Es wurde noch nichts getan. Bitte berichtigen Sie:",
  "Left out, since your role does not include it: {names}.": "Ausgelassen, weil Ihre Rolle das nicht umfasst: {names}.",
  "{count} job is gone meanwhile.": "{count} Job gibt es inzwischen nicht mehr.",
  "{count} jobs are gone meanwhile.": "{count} Jobs gibt es inzwischen nicht mehr.",
  "each client that a job serves": "jeder Mandant, für den ein Job läuft",
  "At most {count} runs start at once.": "Höchstens {count} Läufe starten auf einmal.",
  "Some of these delete or change things for good, or are expensive: {names}. I want to start them.":
    "Einige davon löschen oder ändern etwas endgültig oder sind aufwendig: {names}. Ich will sie starten.",
  "The runs are queued and start within seconds.": "Die Läufe sind eingereiht und starten in wenigen Sekunden.",
  "The jobs are paused. What was planned was withdrawn.":
    "Die Jobs sind angehalten. Was geplant war, wurde zurückgezogen.",
  "The jobs go on from now.": "Die Jobs laufen ab jetzt weiter.",
} as const;
