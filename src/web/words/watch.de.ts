/** Pages to look things up: now, health, audit, processors, the mail monitor. */
export const watchInGerman = {
  // now.tsx
  Failing: "Scheitern gerade",
  "At work": "In Arbeit",
  "In the next hour": "In der nächsten Stunde",
  "Everything is stopped: nothing starts until an administrator lets it go on.":
    "Alles ist angehalten: Nichts startet, bis ein Administrator es weiterlaufen lässt.",
  "The clock has not ticked yet: nothing is planned.": "Die Uhr hat noch nicht getickt: Nichts ist geplant.",
  "The clock has not ticked for too long: the last time {time}. Nothing new is planned.":
    "Die Uhr hat zu lange nicht getickt: zuletzt {time}. Nichts Neues wird geplant.",
  "The clock ticked {time}.": "Die Uhr hat {time} getickt.",
  "(Cron Trigger)": "(Cron-Trigger)",
  "(the clock's own alarm)": "(eigener Wecker der Uhr)",
  "(timer)": "(Zeitgeber)",
  "(another source)": "(andere Quelle)",
  "Jobs that fail, the most failures first": "Jobs, die scheitern, die meisten Fehler zuerst",
  Failed: "Gescheitert",
  "{count} time": "{count}-mal",
  "{count} times in a row": "{count}-mal in Folge",
  "Nothing runs at this moment.": "Im Augenblick läuft nichts.",
  "Runs at work, newest first": "Läufe in Arbeit, die neuesten zuerst",
  For: "Seit",
  Progress: "Fortschritt",
  "All {count} that run": "Alle {count}, die laufen",
  "Nothing is planned within an hour.": "In der nächsten Stunde ist nichts geplant.",
  "At least {count} starts are to come; the first of them:": "Mindestens {count} Starts stehen an; die ersten davon:",
  "One start is to come:": "Ein Start steht an:",
  "{count} starts are to come; the first of them:": "{count} Starts stehen an; die ersten davon:",
  "The next starts": "Die nächsten Starts",
  Starts: "Startet",

  // health.tsx
  "The clock ticks every minute": "Die Uhr tickt jede Minute",
  "Look whether the Cron Trigger (at the edge) or the server process (elsewhere) still runs, and whether it reaches the database.":
    "Sehen Sie nach, ob der Cron-Trigger (am Edge) oder der Serverprozess (sonst) noch läuft und die Datenbank erreicht.",
  "Every job that was due has been planned": "Jeder fällige Job wurde geplant",
  "The ticks come but do not get through. Look into the host's log for what stops them; they go on with the oldest by themselves.":
    "Die Ticks kommen, aber nicht durch. Sehen Sie im Protokoll des Hosts nach, was sie aufhält; sie fahren von selbst mit dem Ältesten fort.",
  "No run is past the time that it may take": "Kein Lauf dauert länger, als er darf",
  "Open these runs. A runner that lives ends them by itself; if they stay, deploy or restart so that another one takes over.":
    "Öffnen Sie diese Läufe. Ein lebender Runner beendet sie von selbst; bleiben sie, so starten Sie neu oder stellen Sie neu bereit, damit ein anderer übernimmt.",
  "Every run that is due is looked at": "Jeder fällige Lauf wird angesehen",
  "The runner of their client does not wake. It is woken again with each tick; if they stay, look into the host's log.":
    "Der Runner ihres Mandanten wacht nicht auf. Jeder Tick weckt ihn erneut; bleiben sie, so sehen Sie im Protokoll des Hosts nach.",
  "No move of a client to another database was interrupted":
    "Kein Umzug eines Mandanten in eine andere Datenbank wurde unterbrochen",
  "Go on with npm run client:move, or abandon it there. Until then the client's runs wait.":
    "Fahren Sie mit npm run client:move fort, oder brechen Sie ihn dort ab. Bis dahin warten die Läufe des Mandanten.",
  "The clocks of the hosts and of the database agree": "Die Uhren der Rechner und der Datenbank stimmen überein",
  "Set every machine by a time server. Until then a difference of less than a minute starts runs early or late; beyond that the clock that is off is not followed.":
    "Stellen Sie jeden Rechner nach einem Zeitserver. Bis dahin starten Läufe bei weniger als einer Minute Unterschied zu früh oder zu spät; darüber hinaus wird der falschen Uhr nicht gefolgt.",
  "The runs that wait are not too many": "Es warten nicht zu viele Läufe",
  "Look which client and job they belong to, under Runs. Cancel those that nobody needs, and pause the job that makes them.":
    "Sehen Sie unter Läufe nach, zu welchem Mandanten und Job sie gehören. Brechen Sie ab, was niemand braucht, und halten Sie den Job an, der sie anlegt.",
  "looking at the health of the installation": "den Zustand der Installation ansehen",
  "The same, for a monitor, is at /health: it answers 503 when somebody should look.":
    "Dasselbe steht für eine Überwachung unter /health: Antwort 503, wenn jemand nachsehen sollte.",
  "Everything is stopped since {time}, by {name}.": "Alles ist angehalten seit {time}, durch {name}.",
  "an administrator": "einen Administrator",
  "All is well.": "Alles ist in Ordnung.",
  "One thing is wrong.": "Eine Sache stimmt nicht.",
  "{count} things are wrong.": "{count} Dinge stimmen nicht.",
  "What was looked at": "Was geprüft wurde",
  Check: "Prüfung",
  wrong: "gestört",
  Seen: "Befund",
  "What to do": "Was zu tun ist",
  "What is kept": "Was aufbewahrt wird",
  "Runs are kept for {days} days, and the newest {count} of each job always. The setting is {key}.":
    "Läufe bleiben {days} Tage, die neuesten {count} jedes Jobs immer. Die Einstellung heißt {key}.",
  "no tick yet": "noch kein Tick",
  "the last one {time}": "der letzte {time}",
  "{count} trigger behind": "{count} Trigger im Rückstand",
  "{count} triggers behind": "{count} Trigger im Rückstand",
  "{count} run": "{count} Lauf",
  "{count} runs": "{count} Läufe",
  "{count} waits with a reason": "{count} wartet mit Grund",
  "{count} wait with a reason": "{count} warten mit Grund",
  "the oldest was due {time}": "der älteste war {time} fällig",
  "{count} client is being moved": "{count} Mandant zieht um",
  "{count} clients are being moved": "{count} Mandanten ziehen um",
  "{time} apart": "{time} auseinander",
  "The database's clock is {time} ahead.": "Die Uhr der Datenbank geht {time} vor.",
  "The database's clock is {time} behind.": "Die Uhr der Datenbank geht {time} nach.",
  "The clock of the host that ticks is {time} ahead.": "Die Uhr des Rechners, der den Takt gibt, geht {time} vor.",
  "The clock of the host that ticks is {time} behind.": "Die Uhr des Rechners, der den Takt gibt, geht {time} nach.",
  "The clock of the host of this page is {time} ahead.": "Die Uhr des Rechners dieser Seite geht {time} vor.",
  "The clock of the host of this page is {time} behind.": "Die Uhr des Rechners dieser Seite geht {time} nach.",
  "Between two ticks the clock went on by {time}: an outage, or a clock that is ahead. Nothing is judged missed before two further ticks confirm it.":
    "Zwischen zwei Takten ging die Uhr um {time} weiter: ein Ausfall oder eine Uhr, die vorgeht. Nichts gilt als verpasst, bevor zwei weitere Takte es bestätigen.",

  // audit.tsx
  admin: "Administrator",
  "API token": "API-Token",
  calendar: "Kalender",
  node: "Knoten",
  "looking up who changed what": "nachsehen, wer was geändert hat",
  "What administrators changed. What runs did stands in their logs.":
    "Was Administratoren geändert haben. Was Läufe taten, steht in deren Protokollen.",
  "Sign-ins and files": "Anmeldungen und Dateien",
  "until somebody lets it go on": "bis es jemand weiterlaufen lässt",
  "Who signed in and out, failed to, fetched files or was refused. What is alike within a minute is one row.":
    "Wer sich an- und abgemeldet hat, daran gescheitert ist, Dateien geholt hat oder abgewiesen wurde. Gleiches innerhalb einer Minute ist eine Zeile.",
  "Who fetched the client's files. What is alike within a minute is one row.":
    "Wer Dateien des Mandanten geholt hat. Gleiches innerhalb einer Minute ist eine Zeile.",
  "signed in": "angemeldet",
  "failed to sign in": "Anmeldung gescheitert",
  "was made to wait": "musste warten",
  "signed out": "abgemeldet",
  "fetched a file": "hat eine Datei geholt",
  "fetched a report by its link": "hat einen Bericht über seinen Link geholt",
  "was refused": "wurde abgewiesen",
  "nobody with an account": "niemand mit einem Konto",
  "({count} times)": "({count}-mal)",
  "Nothing matches.": "Nichts passt.",
  "Nothing more.": "Nichts weiter.",
  "Newest first": "Neueste zuerst",
  "No change matches.": "Keine Änderung passt.",
  "No more changes.": "Keine weiteren Änderungen.",
  "Who (e-mail address)": "Wer (E-Mail-Adresse)",
  "Changes, newest first": "Änderungen, die neuesten zuerst",
  Who: "Wer",
  When: "Wann",
  "{count} fields": "{count} Felder",
  "Before and after": "Vorher und nachher",
  create: "angelegt",
  update: "geändert",
  delete: "gelöscht",
  pause: "angehalten",
  resume: "weiterlaufen lassen",
  start: "gestartet",
  stop: "gestoppt",
  cancel: "abgebrochen",
  retry: "wiederholt",
  test: "getestet",

  // processors.tsx, processor.tsx
  "What jobs can do: each processor with its parameters, and what it should run behind.":
    "Was Jobs können: jeder Prozessor mit seinen Parametern und dem, wohinter er laufen soll.",
  "No processor matches.": "Kein Prozessor passt.",
  "For each client": "Für jeden Mandanten",
  "For the platform, on a node": "Für die Plattform, auf einem Knoten",
  "For the platform, once": "Für die Plattform, einmal",
  "Light: several run side by side for a client.": "Leicht: Für einen Mandanten laufen mehrere nebeneinander.",
  "Heavy: one at a time for a client, and few at once in all.":
    "Schwer: je Mandant einer zugleich, insgesamt wenige auf einmal.",
  "It says exactly what a run would do.": "Er sagt genau, was ein Lauf täte.",
  "It says what a run would do at least: later steps depend on earlier ones.":
    "Er sagt, was ein Lauf mindestens täte: Spätere Schritte hängen von früheren ab.",
  "Destructive: starting it by hand asks for a confirmation, and only system admins may.":
    "Zerstörend: Der Start von Hand verlangt eine Bestätigung, und nur Systemadministratoren dürfen es.",
  "Expensive: starting it by hand asks for a confirmation, and only system admins may.":
    "Teuer: Der Start von Hand verlangt eine Bestätigung, und nur Systemadministratoren dürfen es.",
  Group: "Gruppe",
  "Also called": "Auch genannt",
  "Java class": "Java-Klasse",
  Works: "Arbeitet",
  "Suggested expression": "Vorgeschlagener Ausdruck",
  "None: it is started by hand.": "Keiner: Er wird von Hand gestartet.",
  "Shortest period": "Kürzester Abstand",
  "Runs behind": "Läuft nach",
  Before: "Vor",
  Meaning: "Bedeutung",
  "must be given": "muss angegeben werden",
  "One of:": "Eines von:",

  // mails.tsx
  "within the suite": "in der Suite",
  "waits to be sent": "wartet auf den Versand",
  "being sent": "wird versandt",
  sent: "versandt",
  "not sent": "nicht versandt",
  "Within the suite": "In der Suite",
  Push: "Push",
  "Every message that was, is or will be sent to people of a client.":
    "Jede Nachricht, die an Personen eines Mandanten ging, geht oder gehen wird.",
  "Show mails": "Mails zeigen",
  "Mails of {client}": "Mails von {client}",
  Channel: "Kanal",
  "No mail matches.": "Keine Mail passt.",
  "No more mails.": "Keine weiteren Mails.",
  "Database not reachable": "Datenbank nicht erreichbar",
  "The database of this client does not answer. Try again; if it stays so, look whether it runs.":
    "Die Datenbank dieses Mandanten antwortet nicht. Versuchen Sie es noch einmal; bleibt es so, sehen Sie nach, ob sie läuft.",
  by: "von",
  "Run #{id}": "Lauf #{id}",
  "by Run #{id}, which is no longer kept": "von Lauf #{id}, der nicht mehr aufbewahrt wird",
  Queued: "Eingestellt",
  Sent: "Versandt",
  "This host does not know these time zones: {zones}. Update its runtime, or correct the name.":
    "Dieser Host kennt diese Zeitzonen nicht: {zones}. Aktualisieren Sie seine Laufzeitumgebung, oder berichtigen Sie den Namen.",
  "The time zones of this host are out of date: in these, jobs fire at the wrong time. Update its runtime.":
    "Die Zeitzonen dieses Hosts sind veraltet: In diesen werden Jobs zur falschen Zeit ausgelöst. Aktualisieren Sie seine Laufzeitumgebung.",
  "{zone} is at {right} from {time} UTC on; this host takes it to be at {wrong}":
    "{zone} liegt ab {time} UTC bei {right}; dieser Host hält es für {wrong}",
  "This host does not know the time zone {zone}; times stand in UTC, and what fires in it waits.":
    "Dieser Host kennt die Zeitzone {zone} nicht; Zeiten stehen in UTC, und was in ihr ausgelöst wird, wartet.",
} as const;
