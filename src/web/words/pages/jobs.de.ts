/** Lists of jobs, one job, its form, its start and its schedule. */
export const jobsInGerman = {
  // jobs.tsx
  Expression: "Ausdruck",
  Active: "Aktiv",
  "Last run": "Letzter Lauf",
  Next: "Nächster",
  Start: "Starten",
  "New job": "Neuer Job",
  yes: "ja",
  no: "nein",
  never: "nie",
  "There is no job yet.": "Es gibt noch keinen Job.",
  "No more jobs.": "Keine weiteren Jobs.",
  "First page": "Erste Seite",
  "Next page": "Nächste Seite",

  // job.tsx
  Edit: "Bearbeiten",
  Delete: "Löschen",
  Schedule: "Zeitplan",
  Policies: "Regeln",
  "Last saved": "Zuletzt gespeichert",
  "by {name}": "von {name}",
  heavy: "schwer",
  none: "nichts",
  "Newest runs": "Neueste Läufe",
  "Newest runs of {job}": "Neueste Läufe von {job}",
  "All runs of this job": "Alle Läufe dieses Jobs",
  "It has not run yet.": "Er ist noch nicht gelaufen.",
  "Started by hand only.": "Wird nur von Hand gestartet.",
  "inactive: it does not fire": "inaktiv: wird nicht ausgelöst",
  "This release does not know the processor {id}. Its runs wait for a release that does.":
    "Dieses Release kennt den Prozessor {id} nicht. Seine Läufe warten auf eines, das ihn kennt.",
  "This release cannot read the expression. Edit the job and give it another.":
    "Dieses Release kann den Ausdruck nicht lesen. Bearbeiten Sie den Job und geben Sie ihm einen anderen.",
  "each client in its own zone": "jeder Mandant in seiner Zone",

  // schedule.tsx
  "Next fire in {zone}": "Nächste Auslösung in {zone}",
  "Next {count} fires in {zone}": "Nächste {count} Auslösungen in {zone}",
  "This fires every {time}. Less than a minute apart is seldom needed and costs a run each time.":
    "Dies wird alle {time} ausgelöst. Weniger als eine Minute Abstand ist selten nötig und kostet jedes Mal einen Lauf.",
  manual: "von Hand",
  inactive: "inaktiv",
  "none to come": "keine mehr",

  // job-delete.tsx
  "Delete {job}?": "{job} löschen?",
  "The job stops firing, and runs of it that have not started are withdrawn. Runs that ended stay in the list. This cannot be undone.":
    "Der Job wird nicht mehr ausgelöst, und Läufe, die nicht gestartet sind, werden zurückgezogen. Beendete Läufe bleiben in der Liste. Das lässt sich nicht rückgängig machen.",
  "Delete job": "Job löschen",
  "Keep it": "Behalten",
  "deleting this job": "diesen Job löschen",
  "A run of this job is running. Cancel it or wait until it has ended, then delete the job.":
    "Ein Lauf dieses Jobs läuft. Brechen Sie ihn ab oder warten Sie, bis er beendet ist, und löschen Sie dann den Job.",

  // processor-choice.tsx
  "Choose what the job does. The same processor may serve any number of jobs.":
    "Wählen Sie, was der Job tut. Derselbe Prozessor kann beliebig vielen Jobs dienen.",
  Manual: "Von Hand",
  "also called {names}": "heißt auch {names}",
  destructive: "zerstörend",
  expensive: "aufwendig",
  "Imports and migration": "Importe und Migration",
  "People, groups and access": "Personen, Gruppen und Zugang",
  Enrolment: "Anmeldung zu Kursen",
  "Courses and provider content": "Kurse und Inhalte von Anbietern",
  "Learning paths and recertification": "Lernpfade und Rezertifizierung",
  "Skills, certifications, certificates": "Fähigkeiten, Zertifizierungen, Zertifikate",
  Communication: "Kommunikation",
  "Reports and tracking": "Berichte und Lernstände",
  "Search indexes": "Suchindizes",
  "Catalogue and commerce": "Katalog und Handel",
  "Content standards": "Inhaltsstandards",
  "Virtual classrooms": "Virtuelle Klassenräume",
  "Platform upkeep": "Pflege der Plattform",

  // job-form.tsx
  Name: "Name",
  Description: "Beschreibung",
  "Execute on each node": "Auf jedem Knoten ausführen",
  "Quartz expression": "Quartz-Ausdruck",
  "{name} (inactive)": "{name} (inaktiv)",
  "A job for all clients runs for each of them, at that client's local time.":
    "Ein Job für alle Mandanten läuft für jeden von ihnen, zur Ortszeit dieses Mandanten.",
  "An inactive job does not fire; it can still be started by hand.":
    "Ein inaktiver Job wird nicht ausgelöst; von Hand lässt er sich trotzdem starten.",
  "Seconds, minutes, hours, day of month, month (1–12), day of week, and a year if you like, such as {example}. Empty: started by hand only.":
    "Sekunden, Minuten, Stunden, Tag des Monats, Monat (1–12), Wochentag und, wenn Sie mögen, ein Jahr, etwa {example}. Leer: nur von Hand gestartet.",
  "Suggested: {cron}": "Vorschlag: {cron}",
  "A name such as Europe/Berlin. Empty: the zone of each client.":
    "Ein Name wie Europe/Berlin. Leer: die Zone des jeweiligen Mandanten.",
  "A name such as Europe/Berlin. Empty: the system's zone.": "Ein Name wie Europe/Berlin. Leer: die Zone des Systems.",
  "Policies: late, overlapping and failing runs": "Regeln: späte, überlappende und scheiternde Läufe",
  "Save job": "Job speichern",
  "Preview schedule": "Zeitplan ansehen",
  Cancel: "Abbrechen",

  // job-edit.tsx
  "Edit {job}": "{job} bearbeiten",
  "New job: {processor}": "Neuer Job: {processor}",
  "An administrator": "Jemand aus der Administration",
  "Look at the job as it is now": "Sehen Sie sich den Job an, wie er jetzt ist,",
  "creating jobs of {processor}": "Jobs von {processor} anlegen",
  "creating a job for that client": "einen Job für diesen Mandanten anlegen",
  "changing this job": "diesen Job ändern",
  "giving the job to that client": "den Job diesem Mandanten geben",
  "processor as {id} in this release; its jobs can be deleted, not changed, so this page":
    "Prozessor {id} in diesem Release; seine Jobs lassen sich löschen, nicht ändern, also auch diese Seite",

  // start-fields.tsx and job-start.tsx
  "Start {job}": "{job} starten",
  "It starts within seconds. The schedule stays as it is.":
    "Er startet in wenigen Sekunden. Der Zeitplan bleibt, wie er ist.",
  "Nothing was started yet. Please mend this:": "Es wurde noch nichts gestartet. Bitte berichtigen Sie:",
  "Only this client's run is started.": "Nur der Lauf dieses Mandanten wird gestartet.",
  "Dry run": "Probelauf",
  "Work on the day": "Für den Tag arbeiten",
  "The run takes this day for today. Empty: the client's day of the start. Never in the future.":
    "Der Lauf nimmt diesen Tag für heute. Leer: der Tag des Mandanten beim Start. Nie in der Zukunft.",
  Confirmation: "Bestätigung",
  "This processor deletes or changes things for good. I want to start it.":
    "Dieser Prozessor löscht oder ändert Dinge endgültig. Ich will ihn starten.",
  "This processor is expensive to run. I want to start it.": "Dieser Prozessor ist aufwendig. Ich will ihn starten.",
  "Everything is done, counted and undone. No mail leaves, no other system is told.":
    "Alles wird getan, gezählt und rückgängig gemacht. Keine Mail geht hinaus, kein anderes System erfährt davon.",
  "Everything is done, counted and undone. Later steps of this processor build on earlier ones, so its counts are the least that a real run would do.":
    "Alles wird getan, gezählt und rückgängig gemacht. Spätere Schritte dieses Prozessors bauen auf früheren auf; seine Zahlen sind das Mindeste, was ein echter Lauf täte.",
  "Tick the box to confirm that you want this": "Haken Sie das Kästchen an, um zu bestätigen, dass Sie das wollen",
  "starting this job": "diesen Job starten",
  "starting this job for that client": "diesen Job für diesen Mandanten starten",
  "processor as {id} in this release, so the job cannot be started":
    "Prozessor {id} in diesem Release, also lässt sich der Job nicht starten",
  Deleted: "Gelöscht",
  "The job {name} was deleted on {time}. Its runs are kept as long as all others.":
    "Der Job {name} wurde am {time} gelöscht. Seine Läufe bleiben so lange wie alle anderen.",
  "Its runs": "Seine Läufe",
} as const;
