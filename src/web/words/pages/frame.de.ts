/** The frame of every page, the sign-in, notices and errors. */
export const frameInGerman = {
  // document.tsx, language.tsx, layout.tsx
  "Language and time zone": "Sprache und Zeitzone",
  "Times in {zone}": "Zeiten in {zone}",
  Language: "Sprache",
  "Time zone": "Zeitzone",
  "Times are shown in this zone, with a job's own zone beside them. A name such as Europe/Berlin; empty: the zone of your browser, else of your client, or UTC.":
    "Zeiten erscheinen in dieser Zone, daneben die Zone des Jobs. Ein Name wie Europe/Berlin; leer: die Zone Ihres Browsers, sonst die Ihres Mandanten oder UTC.",
  Save: "Speichern",
  "Back without saving": "Zurück, ohne zu speichern",
  "Not a language": "Keine Sprache",
  "There is no language {locale} here; choose one of the list.":
    "Die Sprache {locale} gibt es hier nicht; wählen Sie eine aus der Liste.",
  "There is no time zone {zone}; use an IANA name such as Europe/Berlin, or leave it empty.":
    "Es gibt keine Zeitzone {zone}; verwenden Sie einen IANA-Namen wie Europe/Berlin, oder lassen Sie sie leer.",
  "This is the demo: its people are made up. Set LIBSQL_URL to work on a database of your own.":
    "Dies ist die Demo: Ihre Personen sind erfunden. Setzen Sie LIBSQL_URL, um mit einer eigenen Datenbank zu arbeiten.",
  "Please mend:": "Bitte berichtigen:",
  "Skip to content": "Zum Inhalt springen",
  Main: "Hauptnavigation",
  More: "Mehr",
  "Above this page": "Über dieser Seite",
  "Sign out": "Abmelden",
  "System admin": "Systemadministrator",
  "Client admin": "Mandantenadministrator",
  "Read only": "Nur Lesen",

  // navigation.ts
  Now: "Jetzt",
  Jobs: "Jobs",
  Runs: "Läufe",
  Plan: "Plan",
  Files: "Dateien",
  "Mail monitor": "Mailmonitor",
  Clients: "Mandanten",
  Connectors: "Konnektoren",
  Settings: "Einstellungen",
  Processors: "Prozessoren",
  Health: "Zustand",
  Audit: "Protokoll",
  Admins: "Administratoren",
  Mailbox: "Postfach",
  Handbook: "Handbuch",

  // handbook/
  "For administrators": "Für Administratoren",
  "For operators": "Für Betreiber",
  "For developers": "Für Entwickler",
  "On this page": "Auf dieser Seite",
  "Next page: {title}": "Nächste Seite: {title}",
  "Search the handbook": "Im Handbuch suchen",
  "The pages of the handbook are in English.": "Die Seiten des Handbuchs sind auf Englisch.",
  "{count} passage in the handbook": "{count} Stelle im Handbuch",
  "{count} passages in the handbook": "{count} Stellen im Handbuch",
  "The best {most} of {count} passages in the handbook": "Die besten {most} von {count} Stellen im Handbuch",
  "Nothing in the handbook has all of these words. Try fewer words, or the English ones.":
    "Nichts im Handbuch enthält alle diese Wörter. Versuchen Sie es mit weniger Wörtern oder mit den englischen.",
  "Only the first {most} words were looked for.": "Nur die ersten {most} Wörter wurden gesucht.",

  // sign-in.tsx
  "Sign in": "Anmelden",
  "Scheduled jobs of the learning suite": "Geplante Jobs der Lernsuite",
  "E-mail": "E-Mail",
  Password: "Passwort",
  "Signing in needs https, or the address of this very machine (http://127.0.0.1): over plain http others could read your password.":
    "Die Anmeldung braucht https oder die Adresse dieses Rechners (http://127.0.0.1): Über einfaches http könnten andere Ihr Passwort lesen.",
  "Signing in needs https; nothing was looked at.": "Die Anmeldung braucht https; nichts wurde geprüft.",
  "Enter your e-mail address and your password.": "Geben Sie Ihre E-Mail-Adresse und Ihr Passwort ein.",
  "This e-mail address or password is too long to be yours.":
    "Diese E-Mail-Adresse oder dieses Passwort ist zu lang, um Ihres zu sein.",
  "Too many attempts failed. Try again in {time}.":
    "Zu viele Versuche sind gescheitert. Versuchen Sie es in {time} noch einmal.",
  "E-mail address or password is wrong. Mind capital letters and try again.":
    "E-Mail-Adresse oder Passwort ist falsch. Achten Sie auf Großbuchstaben und versuchen Sie es noch einmal.",

  // notice.tsx
  "The job was created.": "Der Job wurde angelegt.",
  "The job was saved. What was planned and had not started was withdrawn and is planned anew.":
    "Der Job wurde gespeichert. Was geplant und nicht gestartet war, wurde zurückgezogen und wird neu geplant.",
  "The job was deleted. Its runs are kept.": "Der Job wurde gelöscht. Seine Läufe bleiben.",
  "The run is queued and starts within seconds.": "Der Lauf ist eingereiht und startet in wenigen Sekunden.",
  "This start is queued already; it was not queued twice.":
    "Dieser Start ist schon eingereiht; er wurde nicht doppelt eingereiht.",
  "The run was cancelled before it started.": "Der Lauf wurde abgebrochen, bevor er startete.",
  "The run was asked to stop; it ends after its current step.":
    "Der Lauf wurde gebeten aufzuhören; er endet nach seinem jetzigen Schritt.",
  "The run had already ended, so there was nothing to cancel.":
    "Der Lauf war schon beendet, es gab nichts abzubrechen.",
  "The file was stored. It waits here until the next import of this client.":
    "Die Datei wurde gespeichert. Sie wartet hier bis zum nächsten Import dieses Mandanten.",
  "You are signed out.": "Sie sind abgemeldet.",

  // error-page.tsx, page-error.ts, app.ts
  "Go to the jobs": "Zu den Jobs",
  "Go to the start": "Zum Anfang",
  "The database does not answer": "Die Datenbank antwortet nicht",
  "Minutehand waited for it and got nothing. Try again in a minute. If you saved something, look first whether it is there.":
    "Minutehand hat auf sie gewartet und nichts erhalten. Versuchen Sie es in einer Minute noch einmal. Wenn Sie etwas gespeichert haben, sehen Sie zuerst nach, ob es da ist.",
  "Too many at once": "Zu viele auf einmal",
  "You watch {most} runs already; close a window first.":
    "Sie sehen schon {most} Läufen zu; schließen Sie zuerst ein Fenster.",
  "This client's reports are being fetched {most} times already. Try again in a minute.":
    "Berichte dieses Mandanten werden schon {most}-mal abgeholt. Versuchen Sie es in einer Minute noch einmal.",
  "Something went wrong": "Etwas ist schiefgegangen",
  "This is a fault of Minutehand and was recorded. Look whether your change is there; if it is not, try again.":
    "Das ist ein Fehler von Minutehand und wurde vermerkt. Sehen Sie nach, ob Ihre Änderung da ist; wenn nicht, versuchen Sie es noch einmal.",
  "Not found": "Nicht gefunden",
  "There is no such {what}, or it is not among those that you may see.":
    "Nicht gefunden: {what}. Entweder gibt es das nicht, oder es gehört nicht zu dem, was Sie sehen dürfen.",
  "Not allowed": "Nicht erlaubt",
  "Your role does not include this: {what}. Ask a system administrator.":
    "Ihre Rolle umfasst dies nicht: {what}. Fragen Sie einen Systemadministrator.",
  page: "Seite",
  client: "Mandant",
  job: "Job",
  run: "Lauf",
  processor: "Prozessor",
  file: "Datei",
  mail: "Mail",
  "{zone} is not known here": "{zone} ist hier nicht bekannt",
} as const;
