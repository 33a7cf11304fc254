/** Pages of report subscriptions and of report calls. */
export const reportsInGerman = {
  // navigation.ts, subscriptions.tsx
  Reports: "Berichte",
  "Who of a client gets which report and when, and which other systems may call one.":
    "Wer von einem Mandanten welchen Bericht wann bekommt, und welche anderen Systeme einen aufrufen dürfen.",
  "Show reports": "Berichte zeigen",
  "Reports of {client}": "Berichte von {client}",
  "Who gets which report and when. People change their own subscriptions in the suite.":
    "Wer welchen Bericht wann bekommt. Eigene Abonnements ändern die Personen in der Suite.",
  "Report calls": "Berichtsaufrufe",
  "New subscription": "Neues Abonnement",
  "No subscription matches.": "Kein Abonnement passt dazu.",
  "No more subscriptions.": "Keine weiteren Abonnements.",
  "Subscriptions, the latest first": "Abonnements, die neuesten zuerst",
  Report: "Bericht",
  Recipients: "Empfänger",
  "no longer there": "nicht mehr vorhanden",
  "The report was deleted": "Der Bericht wurde gelöscht",
  Days: "Tage",
  Format: "Format",
  Filters: "Filter",
  "each recipient's own": "die des jeweiligen Empfängers",
  "the same for all": "dieselben für alle",

  // subscription-words.ts
  Registrations: "Buchungen",
  "Learning paths": "Lernpfade",
  "Certification status": "Zertifizierungsstand",
  Skills: "Skills",
  People: "Personen",
  "a person's own": "eigenes einer Person",
  "a group": "eine Gruppe",
  everybody: "alle",
  "every day": "jeden Tag",
  "on some days of the week": "an bestimmten Wochentagen",
  "once a month": "einmal im Monat",
  "on day {day} of the month": "am {day}. des Monats",
  "never: no day is chosen": "nie: kein Tag ist gewählt",

  // subscription-form.tsx
  "Days of the week": "Wochentage",
  "Day of the month": "Tag des Monats",
  "Nothing is sent when the report has no rows": "Nichts wird versandt, wenn der Bericht keine Zeilen hat",
  "Language of the report and its mail": "Sprache des Berichts und seiner Mail",
  "Everybody sees only the rows that the own role lets through.":
    "Jede Person sieht nur die Zeilen, die ihre Rolle zulässt.",
  "The number of a group of this client; only with a group as recipients.":
    "Die Nummer einer Gruppe dieses Mandanten; nur wenn eine Gruppe den Bericht bekommt.",
  "From 1 to 31; in a shorter month its last day. Only with once a month.":
    "Von 1 bis 31; in einem kürzeren Monat dessen letzter Tag. Nur bei einmal im Monat.",
  "A JSON object such as {example}. Empty: filters and columns are those of each recipient's default view, as they are on the day.":
    "Ein JSON-Objekt wie {example}. Leer: Filter und Spalten sind die der Standardansicht des jeweiligen Empfängers, wie sie am Tag selbst ist.",
  "Filters by kind of report": "Filter nach Art des Berichts",

  // subscription.tsx
  "changing report subscriptions": "Berichtsabonnements ändern",
  "changing a person's own subscription": "das eigene Abonnement einer Person ändern",
  subscription: "Abonnement",
  "This client has no report yet.": "Dieser Mandant hat noch keinen Bericht.",
  "Create subscription": "Abonnement anlegen",
  "Subscription {id}": "Abonnement {id}",
  "A person's own: it is changed in the suite, by that person. It can be deleted here.":
    "Das eigene einer Person: Sie ändert es selbst in der Suite. Hier kann es gelöscht werden.",
  "No more reports are made for it. Files that were made stay until they are cleaned up.":
    "Es werden keine Berichte mehr dafür erstellt. Schon erstellte Dateien bleiben, bis sie aufgeräumt werden.",
  "Delete subscription": "Abonnement löschen",
  "Latest files": "Neueste Dateien",
  "No file was made for it yet, or all of them were cleaned up.":
    "Es wurde noch keine Datei dafür erstellt, oder alle sind aufgeräumt.",
  Recipient: "Empfänger",
  Made: "Erstellt",
  stored: "vorhanden",
  deleted: "gelöscht",
  "The subscription was changed meanwhile": "Das Abonnement wurde inzwischen geändert",
  "Another administrator saved or deleted it after this page was drawn. Look at it as it is now, and change it again.":
    "Jemand anderes aus der Administration hat es gespeichert oder gelöscht, nachdem diese Seite aufgebaut war. Sehen Sie es sich an, wie es jetzt ist, und ändern Sie es erneut.",
  "The client is being moved": "Der Mandant zieht gerade um",
  "Its data is on the way to another database. Try again when that is done.":
    "Seine Daten sind auf dem Weg in eine andere Datenbank. Versuchen Sie es wieder, wenn das erledigt ist.",
  "The subscription was saved.": "Das Abonnement wurde gespeichert.",
  "The subscription was deleted.": "Das Abonnement wurde gelöscht.",
  "report subscription": "Berichtsabonnement",

  // calls.tsx
  "letting other systems call reports": "andere Systeme Berichte aufrufen lassen",
  "Report calls of {client}": "Berichtsaufrufe von {client}",
  "Other systems fetch a report with a token instead of a sign-in. A token opens one report, with all of its rows.":
    "Andere Systeme holen einen Bericht mit einem Token statt mit einer Anmeldung. Ein Token öffnet einen Bericht, mit allen seinen Zeilen.",
  "No other system may call a report of this client.":
    "Kein anderes System darf einen Bericht dieses Mandanten aufrufen.",
  expired: "abgelaufen",
  "opens the report": "öffnet den Bericht",
  "opens nothing: its maker's account may not call this client's reports":
    "öffnet nichts: Das Konto, mit dem es erstellt wurde, darf Berichte dieses Mandanten nicht aufrufen",
  "API tokens, the latest first": "API-Token, die neuesten zuerst",
  "For what": "Wofür",
  "Made by": "Erstellt von",
  "Valid until": "Gültig bis",
  Revoke: "Widerrufen",
  "Valid for days": "Gültig für Tage",
  "New API token": "Neues API-Token",
  "The system that will use it; shown here and in the audit.":
    "Das System, das es verwenden wird; hier und in der Prüfspur zu sehen.",
  "From 1 to {most}. After that the system needs a new one.": "Von 1 bis {most}. Danach braucht das System ein neues.",
  "Make token": "Token erstellen",
  "Enter a text of 1 to {most} characters": "Geben Sie einen Text von 1 bis {most} Zeichen ein",
  "The client has no such report; choose another": "Der Mandant hat keinen solchen Bericht; wählen Sie einen anderen",
  "Enter a whole number from 1 to {most}": "Geben Sie eine ganze Zahl von 1 bis {most} ein",
  "This client has {most} tokens already. Revoke one first":
    "Dieser Mandant hat bereits {most} Token. Widerrufen Sie zuerst eines",
  "API token for {report}": "API-Token für {report}",
  "It is shown this once. Hand it over by a safe way: it opens every row of the report.":
    "Es wird nur dieses eine Mal gezeigt. Übergeben Sie es auf sicherem Weg: Es öffnet jede Zeile des Berichts.",
  "How it is used": "So wird es verwendet",
  "The token was revoked. It opens nothing any more.": "Das Token wurde widerrufen. Es öffnet nichts mehr.",
} as const;
