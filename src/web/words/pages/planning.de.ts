/** The plan, the preview of a schedule, and what an administrator asks of a job: copy, reset, pause, backfill. */
export const planningInGerman = {
  // plan-warnings.tsx
  "Worth a look: other jobs of the same client": "Bitte beachten: andere Jobs desselben Mandanten",
  "and {count} more": "und {count} weitere",
  "Both are heavy and start within 15 minutes of each other: {one} on {oneTime}, {other} at {otherTime} ({zone}); {often}. One of them waits.":
    "Beide sind schwer und starten binnen 15 Minuten: {one} am {oneTime}, {other} um {otherTime} ({zone}); {often}. Einer von beiden wartet.",
  "once among the next 20 fires": "einmal unter den nächsten 20 Auslösungen",
  "{count} times among the next 20 fires": "{count}-mal unter den nächsten 20 Auslösungen",
  "{later} builds on {earlier} and should come after it, but fires before it: on {laterTime}, while {earlier} follows at {earlierTime} ({zone}).":
    "{later} baut auf {earlier} auf und sollte danach kommen, wird aber vorher ausgelöst: am {laterTime}, während {earlier} um {earlierTime} folgt ({zone}).",

  // schedule-preview.tsx
  "the first of two times that clocks show {time}": "das erste von zwei Malen, an denen die Uhren {time} zeigen",
  "the second of two times that clocks show {time}": "das zweite von zwei Malen, an denen die Uhren {time} zeigen",
  "{time} does not exist on this day": "{time} gibt es an diesem Tag nicht",
  "moved: {time} does not exist on this day": "verschoben: {time} gibt es an diesem Tag nicht",
  "What happens when it is late, overlaps or fails":
    "Was geschieht, wenn er zu spät ist, sich überschneidet oder scheitert",
  "Change of clocks": "Zeitumstellung",
  "To go": "Noch",
  "Next fires": "Nächste Auslösungen",
  Mistake: "Fehler",
  Mind: "Achtung",
  Note: "Hinweis",

  // schedule-check.tsx, job-form.tsx, job-edit.tsx
  "This job": "Dieser Job",
  "Reset to the suggestion": "Auf den Vorschlag zurücksetzen",
  "Expression and parameters are those of the catalogue now. Nothing is saved yet.":
    "Ausdruck und Parameter sind jetzt die des Katalogs. Es ist noch nichts gespeichert.",
  "This is a copy of {job}. Nothing is saved yet.": "Dies ist eine Kopie von {job}. Es ist noch nichts gespeichert.",
  "Copy of {name}": "Kopie von {name}",
  "{name} saved this job on {time} {zone}, after you opened it. What you entered is kept. Look at what was changed, then save again, or {link}.":
    "{name} hat diesen Job am {time} {zone} gespeichert, nachdem Sie ihn geöffnet hatten. Ihre Eingaben sind erhalten. Sehen Sie sich an, was geändert wurde, und speichern Sie dann erneut, oder {link}.",
  "leave the job as it is now": "lassen Sie den Job, wie er jetzt ist",

  "When that one has ended": "Wenn jener endet",
  "The number of a job, as its page's address has it; the field finds it by name, too, where there are not too many. This one then starts for each client when that one has ended, and has no expression.":
    "Die Nummer eines Jobs, wie sie in der Adresse seiner Seite steht; das Feld findet sie auch über den Namen, wo es nicht zu viele sind. Dieser startet dann für jeden Mandanten, wenn jener beendet ist, und hat keinen Ausdruck.",
  "well: done, nothing to do, or done in part": "gut: erledigt, nichts zu tun oder teilweise erledigt",
  "in any way, unless it was cancelled": "auf irgendeine Weise, außer abgebrochen",
  "Starts when job {id} has ended.": "Startet, wenn Job {id} beendet ist.",

  // job-conflict.tsx
  "(empty)": "(leer)",
  Field: "Feld",
  "When you opened it": "Als Sie ihn öffneten",
  "Saved by {name}": "Gespeichert von {name}",
  "In your form": "In Ihrem Formular",
  "taken over: you had not changed it": "übernommen: Sie hatten es nicht geändert",
  "the same": "dasselbe",
  "yours is kept": "Ihres bleibt",
  "What was changed meanwhile": "Was inzwischen geändert wurde",

  // job-start.tsx
  "Other parameters for this run only": "Andere Parameter nur für diesen Lauf",
  "The job keeps its own. What you leave as it is runs as the job has it.":
    "Der Job behält die eigenen. Was Sie stehen lassen, läuft, wie der Job es hat.",

  // job-actions.tsx, job-pause.tsx
  Copy: "Kopieren",
  Pause: "Anhalten",
  Backfill: "Nachholen",
  "Pause {job}": "{job} anhalten",
  "pausing this job": "diesen Job anhalten",
  "The clock starts nothing until the pause ends; what comes due is recorded as skipped. Runs at work go on.":
    "Bis zum Ende der Pause startet die Uhr nichts; was ansteht, wird als ausgelassen vermerkt. Laufende Läufe gehen weiter.",
  Until: "Bis",
  "Local time in {zone}. Empty: until an administrator resumes it.":
    "Ortszeit in {zone}. Leer: bis ein Administrator ihn fortsetzt.",
  "Why. It stands with the job and with every skipped run.":
    "Warum. Es steht beim Job und bei jedem ausgelassenen Lauf.",
  "Change the pause": "Pause ändern",
  "until an administrator resumes it": "bis ein Administrator ihn fortsetzt",
  Resume: "Fortsetzen",
  "Paused now": "Zurzeit angehalten",
  "Resume all {count}": "Alle {count} fortsetzen",
  "Changed meanwhile": "Inzwischen geändert",
  "The job was changed again and again meanwhile. Try once more.":
    "Der Job wurde inzwischen immer wieder geändert. Versuchen Sie es noch einmal.",
  "Enter day and time as YYYY-MM-DDTHH:MM, such as 2026-11-23T18:00":
    "Geben Sie Tag und Uhrzeit als JJJJ-MM-TTHH:MM ein, etwa 2026-11-23T18:00",
  "The job is paused. What was planned was withdrawn.": "Der Job ist angehalten. Geplantes wurde zurückgezogen.",
  "The job goes on from now.": "Der Job geht von jetzt an weiter.",

  // job-backfill.tsx
  "Backfill {job}": "{job} nachholen",
  "Makes up for past occurrences: one run for each, on the day of its occurrence. An occurrence that was made up for before is not run again.":
    "Holt vergangene Termine nach: ein Lauf für jeden, am Tag seines Termins. Ein Termin, der schon nachgeholt wurde, läuft nicht noch einmal.",
  "past occurrence of this job": "vergangener Termin dieses Jobs",
  "Until (not included)": "Bis (ausschließlich)",
  "Among these runs": "Unter diesen Läufen",
  "one after the other": "einer nach dem anderen",
  "skip one while another is at work": "auslassen, solange ein anderer arbeitet",
  "side by side": "nebeneinander",
  "Local time of the client that you choose, else in {zone}.": "Ortszeit des gewählten Mandanten, sonst in {zone}.",
  "Local time in {zone}.": "Ortszeit in {zone}.",
  "The job's own occurrences run between them in any case.":
    "Die eigenen Termine des Jobs laufen in jedem Fall dazwischen.",
  "Make {count} run": "{count} Lauf anlegen",
  "Make {count} runs": "{count} Läufe anlegen",
  "Count the runs": "Läufe zählen",
  "This makes {count} rehearsal.": "Dies ergibt {count} Probelauf.",
  "This makes {count} rehearsals.": "Dies ergibt {count} Probeläufe.",
  "This makes {count} run.": "Dies ergibt {count} Lauf.",
  "This makes {count} runs.": "Dies ergibt {count} Läufe.",
  "The first occurrence is {first}, the last {last} ({zone}).":
    "Der erste Termin ist {first}, der letzte {last} ({zone}).",
  "They are for {count} clients.": "Sie sind für {count} Mandanten.",
  "{count} more was made up for before and is left out.": "{count} weiterer wurde schon nachgeholt und entfällt.",
  "{count} more were made up for before and are left out.": "{count} weitere wurden schon nachgeholt und entfallen.",
  "The missed runs are queued, oldest first.": "Die nachzuholenden Läufe stehen an, die ältesten zuerst.",

  // plan.tsx, plan-line.tsx
  "{client} is not active: nothing of this runs before it is started.":
    "{client} ist nicht aktiv: Nichts davon läuft, bevor er gestartet wird.",
  "The next 24 hours by the clock, and where times are in each other's way. Starts by hand are not in it.":
    "Die nächsten 24 Stunden nach der Uhr, und wo Zeiten einander im Weg sind. Starts von Hand sind nicht darin.",
  "Show plan": "Plan zeigen",
  "This client has more than {count} jobs with a clock; the plan looks at the first {count}.":
    "Dieser Mandant hat mehr als {count} Jobs mit einer Uhr; der Plan betrachtet die ersten {count}.",
  "What to look at": "Was zu beachten ist",
  "No heavy jobs meet, the order holds, and no change of clocks within four weeks concerns a job.":
    "Keine schweren Jobs treffen sich, die Reihenfolge stimmt, und keine Zeitumstellung binnen vier Wochen betrifft einen Job.",
  "Order of jobs": "Reihenfolge der Jobs",
  "Heavy jobs within 15 minutes": "Schwere Jobs binnen 15 Minuten",
  "Changes of clocks within four weeks": "Zeitumstellungen binnen vier Wochen",
  "This release cannot read the expression of these jobs, so they are not in the plan:":
    "Dieses Release kann den Ausdruck dieser Jobs nicht lesen, sie sind also nicht im Plan:",
  "These are many jobs: only the first {count} heavy ones, and not every order, were looked at.":
    "Dies sind viele Jobs: Betrachtet wurden nur die ersten {count} schweren und nicht jede Reihenfolge.",
  "Nothing is planned for the next 24 hours.": "Für die nächsten 24 Stunden ist nichts geplant.",
  "Time in {zone}": "Zeit in {zone}",
  Load: "Last",
  light: "leicht",
  "The next 24 hours": "Die nächsten 24 Stunden",
  "The table shows the first {count} of {all} fires.": "Die Tabelle zeigt die ersten {count} von {all} Auslösungen.",
  "paused: it is skipped": "angehalten: entfällt",
  "blackout: {note}": "Sperrzeit: {note}",
  "blackout: it is skipped": "Sperrzeit: entfällt",
  "meets {names}": "trifft {names}",
  "ahead of {names}": "vor {names}",
  "Often within the day": "Oft am Tag",
  "{count} times, from {first} to {last}": "{count}-mal, von {first} bis {last}",
  "After another job": "Nach einem anderen Job",
  "{job} starts when {other} has ended.": "{job} startet, wenn {other} beendet ist.",
  "The next 24 hours as a picture": "Die nächsten 24 Stunden als Bild",
  "{fires} fires of {jobs} jobs from {from} on, in {zone}. The table below has them one by one.":
    "{fires} Auslösungen von {jobs} Jobs ab {from}, in {zone}. Die Tabelle darunter nennt sie einzeln.",
  "Bars are heavy jobs, dots light ones; a line is a job that fires often. What is hollow does not start.":
    "Balken sind schwere Jobs, Punkte leichte; eine Linie ist ein Job, der oft ausgelöst wird. Was hohl ist, startet nicht.",
  "The picture shows the first {count} jobs; the table has all.":
    "Das Bild zeigt die ersten {count} Jobs; die Tabelle nennt alle.",

  // processor-choice.tsx
  Search: "Suchen",
  "{count} processor in this release": "{count} Prozessor in diesem Release",
  "{count} processors in this release": "{count} Prozessoren in diesem Release",
  "{count} of {all} processors": "{count} von {all} Prozessoren",
  "Comes after {names}.": "Kommt nach {names}.",
  "Not more often than every {count} minutes.": "Nicht öfter als alle {count} Minuten.",
  // Fires
  "Would fire in {zone}, were everything not stopped": "Würde ausgelöst in {zone}, wäre nicht alles angehalten",
  "Would fire in {zone}, were it active": "Würde ausgelöst in {zone}, wäre er aktiv",
  "Would fire in {zone}, were the client active": "Würde ausgelöst in {zone}, wäre der Mandant aktiv",
  "Would fire in {zone}, were it not paused": "Würde ausgelöst in {zone}, wäre er nicht angehalten",
  "Next {count} fires for {client} in {zone}, the first to fire; each client fires in its own zone":
    "Die nächsten {count} Auslösungen für {client} in {zone}, den ersten; jeder Mandant löst in seiner eigenen Zone aus",
  "This host does not know the time zone {zone}, so it cannot say when this fires.":
    "Dieser Host kennt die Zeitzone {zone} nicht und kann deshalb nicht sagen, wann dies ausgelöst wird.",
  "not known: expression or time zone cannot be read here": "unbekannt: Ausdruck oder Zeitzone ist hier nicht lesbar",
  "paused until an administrator resumes it": "angehalten, bis ihn ein Administrator fortsetzt",
  "would fire {time}, stopped": "würde {time} ausgelöst, angehalten",
  "would fire: everything is stopped": "würde ausgelöst: Alles ist angehalten",
  "Would start": "Würde starten",
  "One start would be to come, were everything not stopped:": "Ein Start stünde bevor, wäre nicht alles angehalten:",
  "{count} starts would be to come, were everything not stopped; the first of them:":
    "{count} Starts stünden bevor, wäre nicht alles angehalten; die ersten davon:",
  "A blackout is under way.": "Eine Sperrzeit ist im Gang.",
  "A blackout is under way: {note}": "Eine Sperrzeit ist im Gang: {note}",
  "Blackout from {from} until {until}": "Sperrzeit von {from} bis {until}",
  "Blackout from {from} until {until}: {note}": "Sperrzeit von {from} bis {until}: {note}",
  // Pauses
  "Paused until an administrator resumes it": "Angehalten, bis ihn ein Administrator fortsetzt",
  "Paused until {time} {zone}": "Angehalten bis {time} {zone}",
  "For some clients:": "Für einige Mandanten:",
  "Which clients, and resume": "Welche Mandanten, und fortsetzen",
  "Paused jobs": "Angehaltene Jobs",
  "No job is paused.": "Kein Job ist angehalten.",
  "All jobs that are paused": "Alle angehaltenen Jobs",
  "{count} clients or nodes": "{count} Mandanten oder Knoten",
  // The switch that stops everything
  "Stop everything…": "Alles anhalten …",
  "Stop everything?": "Alles anhalten?",
  "Stop everything now": "Jetzt alles anhalten",
  "It holds for the platform and all clients, which are more than {count}.":
    "Das gilt für die Plattform und alle Mandanten, das sind mehr als {count}.",
  "It holds for the platform and {count} active client.": "Das gilt für die Plattform und {count} aktiven Mandanten.",
  "It holds for the platform and {count} active clients.": "Das gilt für die Plattform und {count} aktive Mandanten.",
  "{count} run at work is set aside after its current step and goes on from there later.":
    "{count} laufender Lauf wird nach seinem jetzigen Schritt zurückgestellt und geht später von dort weiter.",
  "{count} runs at work are set aside after their current step and go on from there later.":
    "{count} laufende Läufe werden nach ihrem jetzigen Schritt zurückgestellt und gehen später von dort weiter.",
  "{count} run that waits waits on.": "{count} wartender Lauf wartet weiter.",
  "{count} runs that wait wait on.": "{count} wartende Läufe warten weiter.",
  "At least {count} starts of the next hour do not take place; they are recorded as skipped.":
    "Mindestens {count} Starts der nächsten Stunde finden nicht statt; sie werden als ausgelassen vermerkt.",
  "{count} start of the next hour does not take place; it is recorded as skipped.":
    "{count} Start der nächsten Stunde findet nicht statt; er wird als ausgelassen vermerkt.",
  "{count} starts of the next hour do not take place; they are recorded as skipped.":
    "{count} Starts der nächsten Stunde finden nicht statt; sie werden als ausgelassen vermerkt.",
  "Starts by hand wait until everything goes on.": "Starts von Hand warten, bis alles weitergeht.",
  "The runs are queued. Each starts when everything goes on.":
    "Die Läufe sind eingereiht. Jeder startet, wenn alles weitergeht.",
  "The run is queued. It starts when everything goes on.":
    "Der Lauf ist eingereiht. Er startet, wenn alles weitergeht.",
  "The run is taken up again when everything goes on, from where it stopped.":
    "Der Lauf wird dort wieder aufgenommen, wo er endete, sobald alles weitergeht.",
  "The job is no longer paused. It goes on when everything does.":
    "Der Job ist nicht mehr angehalten. Er geht weiter, wenn alles weitergeht.",
  "The jobs are no longer paused. They go on when everything does.":
    "Die Jobs sind nicht mehr angehalten. Sie gehen weiter, wenn alles weitergeht.",
  "The client was started. Its jobs go on when everything does.":
    "Der Mandant wurde gestartet. Seine Jobs gehen weiter, wenn alles weitergeht.",
} as const;
