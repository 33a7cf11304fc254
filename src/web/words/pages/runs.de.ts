/** Lists of runs, one run, and what jobs and runs share. */
export const runsInGerman = {
  // Also on other pages
  Job: "Job",
  Run: "Lauf",
  Client: "Mandant",
  State: "Zustand",
  Details: "Einzelheiten",
  Parameters: "Parameter",
  Processor: "Prozessor",
  Platform: "Plattform",
  "Platform, each node": "Plattform, jeder Knoten",
  "All clients": "Alle Mandanten",
  All: "Alle",
  Filter: "Filtern",
  "Show all": "Alle zeigen",
  Pages: "Seiten",
  Newest: "Neueste",
  Older: "Ältere",
  "dry run": "Probelauf",
  "node {id}": "Knoten {id}",
  "client {id}": "Mandant {id}",
  "job {id}": "Job {id}",
  "creating jobs": "Jobs anlegen",

  // run-table.tsx: quiet ranges
  "no run": "kein Lauf",
  "nothing to do": "nichts zu tun",
  "back to": "zurück bis",
  "Looked at last at {time}": "Zuletzt nachgesehen: {time}",

  // job-looks.tsx
  Polls: "Abfragen",
  "A client gets a run of this job only when there is something to do, or the last run failed or is not over. All other planned moments were looked at.":
    "Ein Mandant bekommt nur dann einen Lauf dieses Jobs, wenn es etwas zu tun gibt, oder wenn der letzte Lauf fehlgeschlagen oder nicht zu Ende ist. Zu allen anderen geplanten Zeitpunkten wurde nachgesehen.",
  "Newest polls": "Neueste Abfragen",
  "Planned moments": "Geplante Zeitpunkte",
  "Looked at last": "Zuletzt nachgesehen",
  "Clients with something to do": "Mandanten, für die etwas zu tun war",
  "Nothing was looked at yet.": "Es wurde noch nicht nachgesehen.",

  // run-state.tsx
  planned: "geplant",
  queued: "eingereiht",
  waiting: "wartet",
  running: "läuft",
  ok: "ok",
  "no action": "nichts zu tun",
  partial: "teilweise",
  failed: "fehlgeschlagen",
  cancelled: "abgebrochen",
  skipped: "ausgelassen",

  // run-table.tsx: what started a run, and the counters of every processor
  schedule: "Zeitplan",
  administrator: "Administrator",
  "after another job": "nach einem anderen Job",
  "another job": "anderer Job",
  event: "Ereignis",
  backfill: "Nachholen",
  scanned: "gelesen",
  changed: "geändert",
  "Planned for": "Geplant für",
  Took: "Dauer",
  Counts: "Zahlen",

  // runs.tsx
  "Runs of {job}": "Läufe von {job}",
  "No run matches.": "Kein Lauf passt.",
  "No more runs.": "Keine weiteren Läufe.",
  overdue: "überfällig",
  "Client (its key)": "Mandant (sein Schlüssel)",
  "Planned on the day ({zone})": "Geplant am Tag ({zone})",
  "{count} runs were looked at. There may be more among the older ones.":
    "{count} Läufe wurden durchgesehen. Unter den älteren können weitere sein.",
  "Runs, newest first": "Läufe, die neuesten zuerst",

  // run.tsx
  "Run #{id}: {job}": "Lauf #{id}: {job}",
  "Stop reloading": "Nicht mehr neu laden",
  "Reload by itself": "Von selbst neu laden",
  "Cancel run": "Lauf abbrechen",
  "Asked to stop at {time}; it ends after its current step.":
    "Um {time} gebeten aufzuhören; er endet nach seinem jetzigen Schritt.",
  "Result files": "Ergebnisdateien",
  Log: "Protokoll",
  "Nothing was logged.": "Nichts wurde protokolliert.",
  "No more lines.": "Keine weiteren Zeilen.",
  "Pages of the log": "Seiten des Protokolls",
  "First lines": "Erste Zeilen",
  "More lines": "Weitere Zeilen",
  "{done} done": "{done} erledigt",
  "{done} of {total} done": "{done} von {total} erledigt",
  Failures: "Fehler",
  What: "Was",
  Code: "Code",
  Message: "Meldung",
  "{count} more are not shown here.": "{count} weitere werden hier nicht gezeigt.",
  "cancelling this run": "diesen Lauf abbrechen",
  "retrying this run": "diesen Lauf wiederholen",
  Retry: "Wiederholen",
  "Policies when it was planned": "Regeln, als er geplant wurde",
  "Caused by": "Verursacht von",
  Caused: "Hat verursacht",

  // run-live.tsx, run-progress.tsx, run-timeline.tsx
  "Last lines of the log": "Letzte Zeilen des Protokolls",
  "about {time} left": "noch etwa {time}",
  "The way of the run": "Der Weg des Laufs",
  "Asked for by {name}": "Verlangt von {name}",
  Planned: "Geplant",
  "Planned for this moment": "Geplant für diesen Zeitpunkt",
  "Due, spread over the clients": "Fällig, über die Mandanten verteilt",
  "Started, {time} late": "Gestartet, {time} zu spät",
  "Attempt {attempt} of {attempts}": "Versuch {attempt} von {attempts}",
  "taken up again by hand once": "einmal von Hand wieder aufgenommen",
  "taken up again by hand {count} times": "{count}-mal von Hand wieder aufgenommen",
  "Asked to stop": "Gebeten aufzuhören",
  "Last heard of": "Zuletzt gehört",
  "Not before this moment": "Nicht vor diesem Zeitpunkt",
  "Ended at the latest": "Spätestens beendet",

  // run-log.tsx, run-failures.tsx
  Level: "Stufe",
  "Warnings and errors": "Warnungen und Fehler",
  Errors: "Nur Fehler",
  Contains: "Enthält",
  "No line matches.": "Keine Zeile passt.",
  "The client's database does not answer, so only the first failures are shown.":
    "Die Datenbank des Mandanten antwortet nicht; daher werden nur die ersten Fehler gezeigt.",
  "No more failures.": "Keine weiteren Fehler.",
  "Pages of the failures": "Seiten der Fehler",
  "First failures": "Erste Fehler",
  "More failures": "Weitere Fehler",

  // run-reason.ts
  "The run before it had not ended when this one was due, and the job lets only one run at a time. Another overlap policy would let it wait.":
    "Der Lauf davor war noch nicht beendet, als dieser fällig war, und der Job lässt nur einen Lauf zugleich zu. Mit einer anderen Überlappungsregel würde er warten.",
  "It could not start in time. Look what was at work before it, or allow it to start later.":
    "Er konnte nicht rechtzeitig starten. Sehen Sie nach, was davor lief, oder erlauben Sie einen späteren Start.",
  "It fell into a blackout, in which nothing starts by the clock.":
    "Er fiel in eine Sperrzeit, in der nichts nach Zeitplan startet.",
  "Everything was stopped by an administrator.": "Ein Administrator hatte alles angehalten.",
  "The client was not active.": "Der Mandant war nicht aktiv.",
  "More runs of this job were to be made up for than it allows, so this one was left out.":
    "Es waren mehr Läufe dieses Jobs nachzuholen, als er erlaubt; daher entfiel dieser.",
  "Minutehand was not running at the planned time, or came too late, and the job does not make up for it.":
    "Minutehand lief zum geplanten Zeitpunkt nicht oder kam zu spät, und der Job holt das nicht nach.",
  "The job was paused.": "Der Job war angehalten.",
  "The job's expression could not be read. Edit the job and give it another.":
    "Der Ausdruck des Jobs war nicht lesbar. Bearbeiten Sie den Job und geben Sie ihm einen anderen.",
  "Nothing took this run up. If that happens again, look at the health of the installation.":
    "Nichts hat diesen Lauf aufgenommen. Geschieht das wieder, sehen Sie sich den Zustand der Installation an.",
  "The job was deleted before this run started.": "Der Job wurde gelöscht, bevor dieser Lauf startete.",
  "The job was switched off before this run started.": "Der Job wurde ausgeschaltet, bevor dieser Lauf startete.",
  "The job was changed before this run started and does not work for this client or node any more.":
    "Der Job wurde geändert, bevor dieser Lauf startete, und arbeitet nicht mehr für diesen Mandanten oder Knoten.",
  "An administrator cancelled it.": "Ein Administrator hat ihn abgebrochen.",
  "It makes up for a time at which Minutehand was not running.":
    "Er holt einen Zeitpunkt nach, zu dem Minutehand nicht lief.",
  "It waits for a job that has to be done before it, 60 minutes at most.":
    "Er wartet auf einen Job, der vor ihm fertig sein muss, höchstens 60 Minuten.",
  "The client is busy; it starts when another run has ended.":
    "Der Mandant ist ausgelastet; er startet, sobald ein anderer Lauf geendet hat.",
  "Another job with the same processor is at work for this client.":
    "Ein anderer Job mit demselben Prozessor läuft gerade für diesen Mandanten.",
  "This release does not have its processor; it goes on with a release that has.":
    "Dieser Version fehlt sein Prozessor; er geht mit einer Version weiter, die ihn hat.",
  "It waits for the run of the same job before it.": "Er wartet auf den Lauf desselben Jobs vor ihm.",
  "The client's data is being moved to another database; it goes on when that is done.":
    "Die Daten des Mandanten ziehen gerade in eine andere Datenbank um; er geht danach weiter.",
  "Too much heavy work is under way; it goes on when its turn comes.":
    "Es läuft zu viel schwere Arbeit; er geht weiter, wenn er an der Reihe ist.",
  "It is tried again, from where it stopped.": "Er wird noch einmal versucht, von dort an, wo er aufhörte.",
  "The process that worked on it was stopped; it goes on elsewhere.":
    "Der Prozess, der an ihm arbeitete, wurde beendet; er geht anderswo weiter.",
  "It took longer than the job allows. What was done before stays.":
    "Er dauerte länger, als der Job erlaubt. Was bis dahin getan war, bleibt.",
  "More rows failed unexpectedly than the job allows, so it was ended. What was done before stays.":
    "Es scheiterten mehr Zeilen, als der Job erlaubt; daher wurde er beendet. Was bis dahin getan war, bleibt.",
  "Something in the configuration is wrong; the message says what. Mend it, then retry.":
    "In der Konfiguration stimmt etwas nicht; die Meldung sagt, was. Berichtigen Sie es und wiederholen Sie ihn.",
  "Its parameters do not fit this release's processor. Edit the job, save it, and start it anew.":
    "Seine Parameter passen nicht zum Prozessor dieser Version. Bearbeiten und speichern Sie den Job und starten Sie ihn neu.",
  "Its client is gone.": "Seinen Mandanten gibt es nicht mehr.",
  "More people would become passive than the job allows. None of them did; the message says what to do.":
    "Mehr Personen würden passiv, als der Job erlaubt. Keine davon wurde es; die Meldung sagt, was zu tun ist.",
  "A complete list names too few of the people there are. It was refused; the message says what to do.":
    "Eine vollständige Liste nennt zu wenige der vorhandenen Personen. Sie wurde abgewiesen; die Meldung sagt, was zu tun ist.",
  "A complete list would take away more than the job allows. Nothing was removed; the message says what to do.":
    "Eine vollständige Liste nähme mehr weg, als der Job erlaubt. Nichts wurde entfernt; die Meldung sagt, was zu tun ist.",
  "It stopped after as many rows as the job allows; the next run goes on behind them.":
    "Er hörte nach so vielen Zeilen auf, wie der Job erlaubt; der nächste Lauf macht dahinter weiter.",
  "The address that it calls is not allowed. Correct it, or allow private targets, then retry.":
    "Die Adresse, die er aufruft, ist nicht erlaubt. Berichtigen Sie sie oder erlauben Sie private Ziele, und wiederholen Sie ihn.",
  "A search index did not answer since the release; look at the server and its connector.":
    "Ein Suchindex antwortet seit dem Release nicht; prüfen Sie den Server und seinen Konnektor.",
  "The remote service answered, but not as the job expects.":
    "Der entfernte Dienst antwortete, aber nicht so, wie der Job es erwartet.",
  "Another release left it half done; it goes on with a release that can read where it stopped.":
    "Eine andere Version ließ ihn halb fertig zurück; er geht mit einer Version weiter, die lesen kann, wo er aufhörte.",
  "A remote service did not answer. Retry when it is back.":
    "Ein entfernter Dienst antwortete nicht. Wiederholen Sie ihn, wenn der Dienst wieder da ist.",
  "A remote service refused what was asked of it; the message says what it answered.":
    "Ein entfernter Dienst lehnte ab, worum er gebeten wurde; die Meldung sagt, was er antwortete.",
  "A remote service answered in a form that this release cannot read; the message names the field.":
    "Ein entfernter Dienst antwortete in einer Form, die diese Version nicht lesen kann; die Meldung nennt das Feld.",
  "A remote service sent more than is read of an answer.":
    "Ein entfernter Dienst sandte mehr, als von einer Antwort gelesen wird.",

  // notice.tsx
  "The run is taken up again, from where it stopped.": "Der Lauf wird wieder aufgenommen, von dort an, wo er aufhörte.",
  "This run has not failed, or another administrator has taken it up again already.":
    "Dieser Lauf ist nicht fehlgeschlagen, oder jemand hat ihn schon wieder aufgenommen.",

  // run-facts.tsx
  "Started by": "Gestartet durch",
  ", asked for by {name}": ", verlangt von {name}",
  "Stands for": "Steht für",
  "at least {count} planned moments": "mindestens {count} geplante Zeitpunkte",
  "{count} planned moments": "{count} geplante Zeitpunkte",
  ", the last on {time}": ", der letzte am {time}",
  "Works on the day": "Arbeitet für den Tag",
  "Not before": "Nicht vor",
  Started: "Gestartet",
  Ended: "Beendet",
  Attempt: "Versuch",
  "{attempt} of {attempts}": "{attempt} von {attempts}",
  Steps: "Schritte",
  "None: the processor's own values hold.": "Keine: Es gelten die Werte des Prozessors.",
  Reason: "Grund",
  "This host does not know the client's time zone. Update the host, or correct the zone, then retry.":
    "Dieser Host kennt die Zeitzone des Mandanten nicht. Aktualisieren Sie den Host, oder berichtigen Sie die Zone, und versuchen Sie es dann erneut.",
  // Dry runs
  "Dry run #{id}: {job}": "Probelauf #{id}: {job}",
  "This is a dry run: nothing is changed, no mail is sent and no other system is called.":
    "Dies ist ein Probelauf: Nichts wird geändert, keine Mail gesendet und kein anderes System aufgerufen.",
  "This was a dry run: nothing was changed, no mail was sent and no other system was called.":
    "Dies war ein Probelauf: Nichts wurde geändert, keine Mail gesendet und kein anderes System aufgerufen.",
  "What a real run would do": "Was ein echter Lauf täte",
  "A real run: {counts}": "Ein echter Lauf: {counts}",
  "looked at": "angesehen",
  "would be changed": "zu ändern",
  "would be skipped": "auszulassen",
  "would fail": "mit Fehler",
  "What would fail": "Was fehlschlagen würde",
  "What it would have sent or called": "Was er gesendet oder aufgerufen hätte",
  "The log below has all of them.": "Das Protokoll unten enthält alle.",
} as const;
