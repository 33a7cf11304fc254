import { configurationMessagesInGerman } from "./configuration-messages.de.ts";

/**
 * German of messages that lower rooms make with values in them: checks of a job or a start, policies in words. A placeholder
 * stands for what the English has there; its name only ties the two languages together.
 */
export const messagesInGerman: Readonly<Record<string, string>> = {
  // src/administration/input-words.ts
  "Enter an e-mail address such as ada@example.com": "Geben Sie eine E-Mail-Adresse ein, etwa ada@example.com",
  "Enter a day as YYYY-MM-DD": "Geben Sie einen Tag als JJJJ-MM-TT ein",
  "Enter an address that starts with https://": "Geben Sie eine Adresse ein, die mit https:// beginnt",
  "Enter a number": "Geben Sie eine Zahl ein",
  "Enter a whole number": "Geben Sie eine ganze Zahl ein",
  "Choose yes or no (true or false)": "Wählen Sie ja oder nein (true oder false)",
  "Enter a list": "Geben Sie eine Liste ein",
  "Enter a JSON object": "Geben Sie ein JSON-Objekt ein",
  "Enter a text": "Geben Sie einen Text ein",
  "Enter at most {limit} characters": "Geben Sie höchstens {limit} Zeichen ein",
  "Enter at least {limit} characters": "Geben Sie mindestens {limit} Zeichen ein",
  "Enter at most {limit} value": "Geben Sie höchstens {limit} Wert ein",
  "Enter at least {limit} value": "Geben Sie mindestens {limit} Wert ein",
  "Enter at most {limit} values": "Geben Sie höchstens {limit} Werte ein",
  "Enter at least {limit} values": "Geben Sie mindestens {limit} Werte ein",
  "Enter {limit} or less": "Geben Sie {limit} oder weniger ein",
  "Enter {limit} or more": "Geben Sie {limit} oder mehr ein",
  "Choose one of: {values}": "Wählen Sie eines von: {values}",

  // src/administration/jobs/job-input.ts
  "Give the job a name": "Geben Sie dem Job einen Namen",
  "Use at most 200 characters": "Verwenden Sie höchstens 200 Zeichen",
  "Choose a processor": "Wählen Sie einen Prozessor",
  "An expression has at most 120 characters": "Ein Ausdruck hat höchstens 120 Zeichen",
  'There is no parameter "{key}"; remove it or correct its name':
    "Es gibt keinen Parameter „{key}“; entfernen Sie ihn oder berichtigen Sie seinen Namen",
  "This expression never fires again; choose a day and year to come":
    "Dieser Ausdruck wird nie mehr ausgelöst; wählen Sie Tag und Jahr in der Zukunft",
  "This fires every {period} s; the shortest period allowed here is {minimum} s":
    "Dies wird alle {period} s ausgelöst; der kürzeste hier erlaubte Abstand ist {minimum} s",
  "A job has either an expression or a job that it follows; empty one of them":
    "Ein Job hat entweder einen Ausdruck oder einen Job, dem er folgt; leeren Sie eines von beiden",
  "There is no job {id}; choose one of the list": "Es gibt keinen Job {id}; wählen Sie einen aus der Liste",
  "This would run in a circle ({circle}); choose another job":
    "Das liefe im Kreis ({circle}); wählen Sie einen anderen Job",
  'There is no processor "{id}"; choose one of the list':
    "Es gibt keinen Prozessor „{id}“; wählen Sie einen aus der Liste",
  "{id} works for the platform; leave the client empty":
    "{id} arbeitet für die Plattform; lassen Sie den Mandanten leer",
  "There is no client {id}; choose one of the list or all clients":
    "Es gibt keinen Mandanten {id}; wählen Sie einen aus der Liste oder alle Mandanten",
  'There is no time zone "{zone}"; use an IANA name such as Europe/Berlin, or leave it empty for the client\'s':
    "Es gibt keine Zeitzone „{zone}“; verwenden Sie einen IANA-Namen wie Europe/Berlin, oder lassen Sie sie leer für die des Mandanten",
  "{id} does not run on nodes; clear the tick": "{id} läuft nicht auf Knoten; entfernen Sie den Haken",
  'There are {count} nodes; tick "execute on each node", or some would keep old texts':
    "Es gibt {count} Knoten; haken Sie „Auf jedem Knoten ausführen“ an, sonst behielten einige alte Texte",

  // src/administration/starts/start.ts
  "Choose a client": "Wählen Sie einen Mandanten",
  // administration/reports
  "Choose a report": "Wählen Sie einen Bericht",
  "Enter the number of a group": "Geben Sie die Nummer einer Gruppe ein",
  "Enter the number of the group that gets it": "Geben Sie die Nummer der Gruppe ein, die ihn bekommt",
  "Choose at least one day": "Wählen Sie mindestens einen Tag",
  "Enter the day of the month, from 1 to 31": "Geben Sie den Tag des Monats ein, von 1 bis 31",
  "Enter a day from 1 to 31": "Geben Sie einen Tag von 1 bis 31 ein",
  "Enter a language such as en or de-AT": "Geben Sie eine Sprache wie en oder de-AT ein",
  "The client has no group of this number": "Der Mandant hat keine Gruppe mit dieser Nummer",
  'A subscription has no field "{key}"; remove it': "Ein Abonnement hat kein Feld „{key}“; entfernen Sie es",
  'A start has no field "{key}"; remove it': "Ein Start hat kein Feld „{key}“; entfernen Sie es",
  "This release does not know the processor {id}; start it on one that does":
    "Dieses Release kennt den Prozessor {id} nicht; starten Sie ihn auf einem, das ihn kennt",
  "There is no node to run on yet; it appears once a host has started":
    "Es gibt noch keinen Knoten; er erscheint, sobald ein Host gestartet ist",
  "This job works for the platform; leave the client empty":
    "Dieser Job arbeitet für die Plattform; lassen Sie den Mandanten leer",
  "This job does not serve client {id}, or that client is not active; choose one that it serves":
    "Dieser Job bedient den Mandanten {id} nicht, oder dieser ist nicht aktiv; wählen Sie einen, den er bedient",
  '"{day}" is no day; write it as YYYY-MM-DD': "„{day}“ ist kein Tag; schreiben Sie ihn als JJJJ-MM-TT",
  "{day} is in the future; choose {today} or earlier": "{day} liegt in der Zukunft; wählen Sie {today} oder früher",

  // src/administration/starts/capacity.ts
  "Client {id} has {count} runs that have not ended, and at most {most} are taken; wait, or cancel some":
    "Mandant {id} hat {count} Läufe, die nicht beendet sind; höchstens {most} werden angenommen. Warten Sie, oder brechen Sie einige ab",
  "The platform has {count} runs that have not ended, and at most {most} are taken; wait, or cancel some":
    "Die Plattform hat {count} Läufe, die nicht beendet sind; höchstens {most} werden angenommen. Warten Sie, oder brechen Sie einige ab",
  "There are {count} jobs here already, and at most {most} are taken; delete some first":
    "Hier gibt es schon {count} Jobs; höchstens {most} werden angenommen. Löschen Sie zuerst einige",

  // src/administration/pauses/pause.ts
  'A pause has no field "{key}"; remove it': "Eine Pause hat kein Feld „{key}“; entfernen Sie es",
  "Choose at least one job": "Wählen Sie mindestens einen Job",
  "This moment has passed; choose one to come": "Dieser Zeitpunkt ist vorbei; wählen Sie einen in der Zukunft",
  "There is no job {ids}; nothing was changed": "Es gibt keinen Job {ids}; es wurde nichts geändert",
  "These jobs serve no client at present": "Diese Jobs bedienen zurzeit niemanden",
  "None of these jobs serves client {id}": "Keiner dieser Jobs bedient den Mandanten {id}",

  // src/administration/starts/bulk-start.ts
  '"{name}" (job {id}) destroys something for good; confirm, or make a dry run':
    "„{name}“ (Job {id}) zerstört etwas endgültig; bestätigen Sie es, oder machen Sie einen Probelauf",
  '"{name}" (job {id}) is expensive; confirm, or make a dry run':
    "„{name}“ (Job {id}) ist aufwendig; bestätigen Sie es, oder machen Sie einen Probelauf",
  '"{name}" (job {id}) serves no active client and no node at present':
    "„{name}“ (Job {id}) bedient zurzeit keinen aktiven Mandanten und keinen Knoten",
  '"{name}" (job {id}) serves not client {client} at present':
    "„{name}“ (Job {id}) bedient zurzeit nicht den Mandanten {client}",
  "These are {count} runs; at most {most} start at once, so choose fewer jobs or one client":
    "Das sind {count} Läufe; höchstens {most} starten auf einmal. Wählen Sie weniger Jobs oder einen Mandanten",

  // src/administration/starts/backfill.ts
  'A backfill has no field "{key}"; remove it': "Ein Nachholen hat kein Feld „{key}“; entfernen Sie es",
  "The range ends before it begins; enter a later end":
    "Der Zeitraum endet, bevor er beginnt; geben Sie ein späteres Ende ein",
  "The range reaches into the future; end it now or earlier":
    "Der Zeitraum reicht in die Zukunft; beenden Sie ihn jetzt oder früher",
  "The expression has no occurrence in this range; widen it":
    "Der Ausdruck hat in diesem Zeitraum keinen Termin; erweitern Sie ihn",
  "This range has {count} occurrences; a backfill makes at most {cap} runs, so divide the range or choose one client":
    "Dieser Zeitraum hat {count} Termine; ein Nachholen legt höchstens {cap} Läufe an, teilen Sie ihn also oder wählen Sie einen Mandanten",
  "This job serves no active client and no node": "Dieser Job bedient keinen aktiven Mandanten und keinen Knoten",

  "This host does not know the time zone {zone}; choose a client with another, or update the host":
    "Dieser Host kennt die Zeitzone {zone} nicht; wählen Sie einen Mandanten mit einer anderen, oder aktualisieren Sie den Host",

  // src/control/jobs/policies.ts
  "After an outage the latest missed occurrence runs once; earlier ones are recorded as skipped.":
    "Nach einem Ausfall läuft der letzte verpasste Termin einmal; frühere werden als ausgelassen vermerkt.",
  "Occurrences that an outage made late are recorded as skipped.":
    "Termine, die ein Ausfall verspätet hat, werden als ausgelassen vermerkt.",
  "After an outage every missed occurrence runs, the newest {cap} at most.":
    "Nach einem Ausfall läuft jeder verpasste Termin, höchstens die {cap} neuesten.",
  "While a run is at work, a further occurrence is skipped.":
    "Solange ein Lauf arbeitet, wird ein weiterer Termin ausgelassen.",
  "While a run is at work, one further occurrence waits; a newer one takes its place.":
    "Solange ein Lauf arbeitet, wartet ein weiterer Termin; ein neuerer nimmt seinen Platz ein.",
  "While a run is at work, further occurrences wait in order, {cap} at most.":
    "Solange ein Lauf arbeitet, warten weitere Termine der Reihe nach, höchstens {cap}.",
  "A further occurrence cancels the run at work and takes its place.":
    "Ein weiterer Termin bricht den laufenden Lauf ab und nimmt seinen Platz ein.",
  "Runs of this job may work side by side.": "Läufe dieses Jobs dürfen nebeneinander arbeiten.",
  "It does not start more than {minutes} minutes late.": "Er startet nicht mehr als {minutes} Minuten zu spät.",
  "A failed run is not tried again.": "Ein fehlgeschlagener Lauf wird nicht erneut versucht.",
  "A failed run is tried {attempts} times in all, first after {seconds} s, then after twice as long each time.":
    "Ein fehlgeschlagener Lauf wird insgesamt {attempts}-mal versucht, zuerst nach {seconds} s, dann jeweils nach der doppelten Zeit.",
  "A run is ended after {minutes} minutes.": "Ein Lauf wird nach {minutes} Minuten beendet.",
  "After {count} failed runs in a row the job is paused for that client.":
    "Nach {count} fehlgeschlagenen Läufen in Folge wird der Job für diesen Mandanten angehalten.",
  "Clients start within {seconds} s of the planned time.":
    "Mandanten starten innerhalb von {seconds} s nach der geplanten Zeit.",
  "At daylight-saving changes it does as Quartz: a time that does not exist is left out, one that exists twice fires the second time.":
    "Bei Zeitumstellungen handelt er wie Quartz: Eine Zeit, die es nicht gibt, entfällt; eine, die es zweimal gibt, löst beim zweiten Mal aus.",

  ...configurationMessagesInGerman,
  "There is no client with this key": "Es gibt keinen Mandanten mit diesem Schlüssel",
};
