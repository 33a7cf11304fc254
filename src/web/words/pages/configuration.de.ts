/** Clients, pauses, connectors and settings. */
export const configurationInGerman = {
  // named-client.tsx, clients.tsx
  "Enter the key of a client. Empty: {none}.": "Geben Sie den Schlüssel eines Mandanten ein. Leer: {none}.",
  "All clients and the platform": "Alle Mandanten und die Plattform",
  "There is no such client here.": "Diesen Mandanten gibt es hier nicht.",
  Show: "Zeigen",
  Find: "Suchen",
  "The beginning of a name, or a key.": "Der Anfang eines Namens, oder ein Schlüssel.",
  "These are the first {count}; type more of the name.": "Das sind die ersten {count}; geben Sie mehr vom Namen ein.",
  "New client": "Neuer Mandant",
  shared: "gemeinsam",
  "its own": "eigene",
  "is being moved": "zieht um",
  "now {time}": "jetzt {time}",
  Database: "Datenbank",

  // client.tsx, client-form.tsx
  "changing clients": "Mandanten ändern",
  "It is not active at first: give it holidays, connectors and settings, then start it.":
    "Er ist zunächst nicht aktiv: Geben Sie ihm Feiertage, Konnektoren und Einstellungen, und starten Sie ihn dann.",
  "Create client": "Mandanten anlegen",
  Key: "Schlüssel",
  "Host name": "Hostname",
  "Site map": "Sitemap",
  "Licence alerts to": "Lizenzwarnungen an",
  "Deleting a person": "Löschen einer Person",
  "Months until a person is deleted": "Monate bis zur Löschung",
  "People become passive": "Personen werden passiv",
  "After days": "Nach Tagen",
  "Short and lasting: commands and addresses use it. Small letters, digits, - and _.":
    "Kurz und bleibend: Befehle und Adressen verwenden ihn. Kleinbuchstaben, Ziffern, - und _.",
  "A name such as Europe/Berlin. Jobs without a zone of their own run at its local time.":
    "Ein Name wie Europe/Berlin. Jobs ohne eigene Zone laufen nach dieser Ortszeit.",
  "For people whose language has no wording, such as de or en-GB.":
    "Für Personen, in deren Sprache es keinen Text gibt, etwa de oder en-GB.",
  "Under which people reach the learning suite, such as learn.example.com. Links in mails need it.":
    "Unter dem die Personen die Lernplattform erreichen, etwa learn.example.com. Links in Mails brauchen ihn.",
  "As the setting says": "Wie die Einstellung sagt",
  "Told when more people use the suite than the licence allows.":
    "Erfährt, wenn mehr Personen die Plattform nutzen, als die Lizenz erlaubt.",
  "People who leave": "Personen, die gehen",
  "From the request to the deletion; 0 for at once.": "Vom Antrag bis zur Löschung; 0 für sofort.",
  "Anonymise: names and addresses go, figures stay": "Anonymisieren: Namen und Adressen gehen, Zahlen bleiben",
  "Remove: everything of the person goes": "Entfernen: alles von der Person geht",
  Never: "Nie",
  "A number of days after they were enrolled": "Eine Anzahl Tage nach ihrer Aufnahme",
  "A number of days after they last signed in": "Eine Anzahl Tage nach ihrer letzten Anmeldung",
  "With another time zone, planned runs are planned anew from now.":
    "Mit einer anderen Zeitzone werden geplante Läufe ab jetzt neu geplant.",
  "Another administrator saved this client after you opened it. {link}, then come back: saving again replaces it by what stands below.":
    "Ein anderer Administrator hat diesen Mandanten gespeichert, nachdem Sie ihn geöffnet hatten. {link}, dann kommen Sie zurück: Erneutes Speichern ersetzt ihn durch das, was unten steht.",
  "Look at the client as it is now": "Sehen Sie den Mandanten an, wie er jetzt ist",
  "Stop client": "Mandanten anhalten",
  "Start client": "Mandanten starten",
  "What is planned is withdrawn; runs at work go on to their end.":
    "Geplantes wird zurückgezogen; arbeitende Läufe laufen zu Ende.",
  "Its jobs go on from now; what it missed is not made up for.":
    "Seine Jobs laufen ab jetzt weiter; Verpasstes wird nicht nachgeholt.",
  "Around the client": "Rund um den Mandanten",
  Mails: "Mails",
  "There is no active mail connector: mails wait.": "Es gibt keinen aktiven Mail-Konnektor: Mails warten.",
  "Mails go to their recipients.": "Mails gehen an ihre Empfänger.",
  "Every mail goes to {address} instead of its recipient.": "Jede Mail geht an {address} statt an ihren Empfänger.",
  "Change the redirect": "Umleitung ändern",
  Holidays: "Feiertage",
  "{count} day": "{count} Tag",
  "{count} days": "{count} Tage",
  "next {day}": "nächster {day}",
  "{count} connector": "{count} Konnektor",
  "{count} connectors": "{count} Konnektoren",
  "Settings of this client": "Einstellungen dieses Mandanten",
  "Heavy runs": "Schwere Läufe",
  "One at a time for a client.": "Je Mandant einer zur Zeit.",
  "How many at once on one database is a setting": "Wie viele zugleich auf einer Datenbank, ist eine Einstellung",
  "See also": "Siehe auch",
  "Learning data": "Lerndaten",
  "Move to": "Umzug",
  "The data {state}.": "Die Daten: {state}.",
  "Last came on:": "Zuletzt vorangekommen:",
  "in the database that all share": "in der gemeinsamen Datenbank",
  "in a database of its own": "in einer eigenen Datenbank",
  "waits until the runs at work have set themselves aside; no new run starts":
    "warten, bis die arbeitenden Läufe unterbrochen sind; kein neuer Lauf startet",
  "is copied; no run starts": "werden kopiert; kein Lauf startet",
  "is compared with the copy; no run starts": "werden mit der Kopie verglichen; kein Lauf startet",
  "is about to be worked on in its new database; no run starts":
    "werden gleich in der neuen Datenbank bearbeitet; kein Lauf startet",
  "has moved and runs go on; the old copy is being removed":
    "sind umgezogen, Läufe gehen weiter; die alte Kopie wird entfernt",
  "stays where it was: the move is being given up": "bleiben, wo sie waren: Der Umzug wird aufgegeben",
  "stays where it was: the copy is being removed": "bleiben, wo sie waren: Die Kopie wird entfernt",
  "The move is done by a command. It goes on, or is given up, with:":
    "Der Umzug geschieht durch einen Befehl. Er wird fortgesetzt oder aufgegeben mit:",
  "Data is moved by a command, while the other clients go on:":
    "Daten ziehen durch einen Befehl um, während die anderen Mandanten weiterlaufen:",

  "{field} is now: {value}": "{field} ist jetzt: {value}",

  // holidays.tsx
  Day: "Tag",
  Remove: "Entfernen",
  "Holidays of {client}": "Feiertage von {client}",
  "Days that its calendar leaves out: an expression with C means the next day that is none of them.":
    "Tage, die sein Kalender auslässt: Ein Ausdruck mit C meint den nächsten Tag, der keiner davon ist.",
  "Days to add": "Tage hinzufügen",
  "One a line, a name behind it if you like, such as 2026-12-25 Christmas or 25.12.2026 Christmas. A list can be pasted. A day that is there already gets the new name.":
    "Je Zeile einer, auf Wunsch mit Namen dahinter, etwa 2026-12-25 Weihnachten oder 25.12.2026 Weihnachten. Eine Liste kann eingefügt werden. Ein Tag, den es schon gibt, erhält den neuen Namen.",
  "Add days": "Hinzufügen",
  "Remove {count} day that has passed": "{count} vergangenen Tag entfernen",
  "Remove {count} days that have passed": "{count} vergangene Tage entfernen",
  "This client has no holidays: C means the day itself.": "Dieser Mandant hat keine Feiertage: C meint den Tag selbst.",
  "Not saved": "Nicht gespeichert",
  "This client was changed by others again and again meanwhile. Try again.":
    "Dieser Mandant wurde inzwischen immer wieder von anderen geändert. Versuchen Sie es noch einmal.",
  "This line begins with no day: {line}. Write 2026-12-25 or 25.12.2026":
    "Diese Zeile beginnt mit keinem Tag: {line}. Schreiben Sie 2026-12-25 oder 25.12.2026",
  "Enter at least one day": "Geben Sie mindestens einen Tag ein",

  // pauses.tsx, navigation.ts
  Pauses: "Pausen",
  "stopping work and laying blackouts": "Arbeit anhalten und Sperrzeiten festlegen",
  "What keeps the clock from starting anything: the switch that stops everything, paused jobs, and blackouts.":
    "Was die Uhr daran hindert, etwas zu starten: der Schalter, der alles anhält, angehaltene Jobs und Sperrzeiten.",
  "Everything is stopped": "Alles ist angehalten",
  Since: "Seit",
  By: "Von wem",
  "Nothing starts, by the clock or by hand. Runs that were at work wait and go on from where they were.":
    "Nichts startet, weder nach der Uhr noch von Hand. Läufe, die arbeiteten, warten und gehen dort weiter, wo sie waren.",
  "Let everything go on": "Alles weiterlaufen lassen",
  "Stop everything": "Alles anhalten",
  "One switch for all clients: nothing starts any more, and runs at work are set aside after their step. They go on from there when it is lifted; what falls due meanwhile is skipped.":
    "Ein Schalter für alle Mandanten: Nichts startet mehr, und arbeitende Läufe werden nach ihrem Schritt unterbrochen. Sie gehen von dort weiter, wenn er aufgehoben wird; was inzwischen fällig wird, entfällt.",
  "Why, for those who find it stopped.": "Warum, für alle, die es angehalten vorfinden.",
  "Nothing is stopped.": "Nichts ist angehalten.",
  Blackouts: "Sperrzeiten",
  "In a blackout nothing starts by the clock. Runs at work go on, and a start by hand is possible. What falls due is skipped and says so.":
    "In einer Sperrzeit startet nichts nach der Uhr. Arbeitende Läufe gehen weiter, und ein Start von Hand ist möglich. Was fällig wird, entfällt und sagt es.",
  "No blackout is under way or to come.": "Keine Sperrzeit läuft oder steht bevor.",
  "These are the first {count}; choose a client to see all of its own.":
    "Das sind die ersten {count}; wählen Sie einen Mandanten, um alle seine zu sehen.",
  "End now": "Jetzt beenden",
  "New blackout": "Neue Sperrzeit",
  "Create blackout": "Sperrzeit anlegen",
  "In your time zone, {zone}.": "In Ihrer Zeitzone, {zone}.",
  "Why; shown in the schedule.": "Warum; erscheint im Plan.",
  "Enter day and time such as 2026-12-24T18:00": "Geben Sie Tag und Uhrzeit ein, etwa 2026-12-24T18:00",
  blackout: "Sperrzeit",

  // connectors.tsx, connector.tsx, connector-form.tsx
  "seeing and changing connectors": "Konnektoren sehen und ändern",
  "needs a new secret": "braucht ein neues Geheimnis",
  "failed last": "zuletzt fehlgeschlagen",
  "not used yet": "noch nicht benutzt",
  works: "arbeitet",
  worked: "arbeitete",
  Connector: "Konnektor",
  Secret: "Geheimnis",
  set: "gesetzt",
  "Connectors of {client}": "Konnektoren von {client}",
  "New connector": "Neuer Konnektor",
  "There is no connector here. Mails wait until their client has one.":
    "Hier gibt es keinen Konnektor. Mails warten, bis ihr Mandant einen hat.",
  "Create connector": "Konnektor anlegen",
  "kind of connector": "Art von Konnektor",
  connector: "Konnektor",
  "The client has another connector of this kind and name; choose another name":
    "Der Mandant hat einen anderen Konnektor dieser Art und dieses Namens; wählen Sie einen anderen Namen",
  "Another administrator saved this connector after you opened it. {link}, then come back: saving again replaces it by what stands below.":
    "Ein anderer Administrator hat diesen Konnektor gespeichert, nachdem Sie ihn geöffnet hatten. {link}, dann kommen Sie zurück: Erneutes Speichern ersetzt ihn durch das, was unten steht.",
  "Look at the connector as it is now": "Sehen Sie den Konnektor an, wie er jetzt ist",
  "This release does not know connectors of kind {kind}.": "Dieses Release kennt keine Konnektoren der Art {kind}.",
  "The connector goes with its secret. Jobs that need it find nothing to do, or say that it is missing.":
    "Der Konnektor geht mit seinem Geheimnis. Jobs, die ihn brauchen, finden nichts zu tun oder sagen, dass er fehlt.",
  "Delete connector": "Konnektor löschen",
  "The test went well": "Der Test ist gelungen",
  "Fine:": "Gut:",
  "Failed:": "Fehlgeschlagen:",
  "The test failed": "Der Test ist fehlgeschlagen",
  "Address for a test call": "Adresse für einen Testaufruf",
  "Without a tick below only whether a request may go there is looked at.":
    "Ohne Haken darunter wird nur geprüft, ob eine Anfrage dorthin gehen darf.",
  "Really send a POST there, with the secret": "Wirklich ein POST dorthin senden, mit dem Geheimnis",
  "Connects and logs in with what is saved. No mail is sent.":
    "Verbindet sich und meldet sich mit dem Gespeicherten an. Es wird keine Mail gesendet.",
  Test: "Testen",
  Server: "Server",
  Port: "Port",
  Encryption: "Verschlüsselung",
  "Sender's address": "Adresse des Absenders",
  "Sender's name": "Name des Absenders",
  "Redirect every mail to": "Jede Mail umleiten an",
  "Allowed origins": "Erlaubte Ursprünge",
  User: "Benutzer",
  "Signing secrets": "Geheimnisse der Signatur",
  Headers: "Kopfzeilen",
  Shop: "Shop",
  "API version": "API-Version",
  "Test orders": "Testbestellungen",
  "Address of a simulator": "Adresse eines Simulators",
  Mode: "Betrieb",
  "Webhook ID": "Webhook-ID",
  "Check of signatures": "Prüfung der Signaturen",
  "Client ID": "Client-ID",
  "Client secret": "Client-Geheimnis",
  "Access token": "Zugriffstoken",
  "No secret is set.": "Es ist kein Geheimnis gesetzt.",
  "A secret is set.": "Ein Geheimnis ist gesetzt.",
  "A secret was set on": "Ein Geheimnis wurde gesetzt am",
  "It is never shown. Leave these fields empty to keep it.":
    "Es wird nie gezeigt. Lassen Sie diese Felder leer, um es zu behalten.",
  "Type the secret again: it is not sent back to the page.":
    "Geben Sie das Geheimnis noch einmal ein: Es wird nicht an die Seite zurückgegeben.",
  "Remove the secret": "Geheimnis entfernen",
  "Jobs that name a connector use it.": "Jobs, die einen Konnektor nennen, verwenden ihn.",
  "Of several active ones of a kind the oldest counts, unless a job names another.":
    "Von mehreren aktiven einer Art zählt der älteste, außer ein Job nennt einen anderen.",

  // settings.tsx
  "seeing and changing settings": "Einstellungen sehen und ändern",
  setting: "Einstellung",
  "Settings for all clients": "Einstellungen für alle Mandanten",
  "Settings of {client}": "Einstellungen von {client}",
  "An empty field means that the default holds.": "Ein leeres Feld bedeutet, dass die Vorgabe gilt.",
  "Default: not set.": "Vorgabe: nicht gesetzt.",
  "Default: {value}.": "Vorgabe: {value}.",
  "For all clients: {value}.": "Für alle Mandanten: {value}.",
  Default: "Vorgabe",
  "Read by {processors}.": "Gelesen von {processors}.",
  "{processor} (not in this release)": "{processor} (nicht in diesem Release)",
  "Key: {key}.": "Schlüssel: {key}.",
  "Now: {value}.": "Jetzt: {value}.",
  "Reset to the default": "Auf die Vorgabe zurücksetzen",
  "Save settings": "Einstellungen speichern",
  "Another administrator changed this meanwhile: {settings}. Nothing was saved; what stands there now is shown beside it. Saving again replaces it by what stands below.":
    "Ein anderer Administrator hat inzwischen geändert: {settings}. Es wurde nichts gespeichert; was jetzt dort steht, steht daneben. Erneutes Speichern ersetzt es durch das, was unten steht.",

  // notice.tsx
  "The client was created. It is not active yet: start it when it is set up.":
    "Der Mandant wurde angelegt. Er ist noch nicht aktiv: Starten Sie ihn, wenn er eingerichtet ist.",
  "The client was saved.": "Der Mandant wurde gespeichert.",
  "The client was started. Its jobs go on from now.": "Der Mandant wurde gestartet. Seine Jobs laufen ab jetzt.",
  "The client was stopped. Runs at work go on to their end.":
    "Der Mandant wurde angehalten. Arbeitende Läufe laufen zu Ende.",
  "The holidays were saved.": "Die Feiertage wurden gespeichert.",
  "Everything is stopped. Runs at work set themselves aside within seconds.":
    "Alles ist angehalten. Arbeitende Läufe unterbrechen sich binnen Sekunden.",
  "Everything was stopped already; the first note stays.": "Alles war schon angehalten; die erste Notiz bleibt.",
  "Everything goes on from now.": "Alles läuft ab jetzt weiter.",
  "The blackout was created.": "Die Sperrzeit wurde angelegt.",
  "The blackout is gone.": "Die Sperrzeit ist entfernt.",
  "The connector was saved. Test it before the next run needs it.":
    "Der Konnektor wurde gespeichert. Testen Sie ihn, bevor der nächste Lauf ihn braucht.",
  "The connector was deleted.": "Der Konnektor wurde gelöscht.",
  "The settings were saved. Runs read them when they start.":
    "Die Einstellungen wurden gespeichert. Läufe lesen sie bei ihrem Start.",
  "The setting was reset; its default holds.": "Die Einstellung wurde zurückgesetzt; ihre Vorgabe gilt.",
} as const;
