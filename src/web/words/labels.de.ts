/**
 * German of the labels that forms make of parameters' and policies' names (`maxRows` is `Max rows`). Looked up at run time;
 * test/web/words/words.test.ts lists what is missing.
 */
export const labelsInGerman: Readonly<Record<string, string>> = {
  // Of every processor
  "Chunk size": "Zeilen je Schritt",
  "Max rows": "Höchstens Zeilen",
  "Max failures": "Höchstens Fehler",

  // Policies
  Misfire: "Verpasste Termine",
  "Misfire cap": "Obergrenze für Nachgeholtes",
  "Not later than minutes": "Höchste Verspätung in Minuten",
  Overlap: "Überlappung",
  "Overlap cap": "Obergrenze für Wartende",
  Attempts: "Versuche",
  "Retry delay seconds": "Wartezeit vor erneutem Versuch in Sekunden",
  "Max run minutes": "Längste Laufzeit in Minuten",
  "Pause after failures": "Anhalten nach Fehlern",
  "Spread seconds": "Verteilung in Sekunden",
  Transitions: "Zeitumstellungen",

  // Of single processors
  Body: "Inhalt",
  "Catch up days": "Nachzuholende Tage",
  "Config ids": "Ids der Konfigurationen",
  Connector: "Konnektor",
  "Create groups": "Gruppen anlegen",
  Expect: "Erwartet",
  Full: "Vollständig",
  "Fill places": "Plätze auffüllen",
  "Grace days": "Schonfrist in Tagen",
  "Grace hours": "Schonfrist in Stunden",
  "Group ids": "Ids der Gruppen",
  Headers: "Kopfzeilen",
  "Include passive": "Passive einschließen",
  "Keep days": "Aufbewahrung in Tagen",
  Kinds: "Arten",
  "Late minutes": "Verspätung in Minuten",
  "Link valid days": "Gültigkeit des Links in Tagen",
  "Max per run": "Höchstens je Lauf",
  "Max change pct": "Höchste Änderung in Prozent",
  "Max deactivate pct": "Höchste Deaktivierung in Prozent",
  "Max remove pct": "Höchste Entfernung in Prozent",
  Mentions: "Nennungen",
  Method: "Methode",
  Notify: "Benachrichtigen",
  "Min overlap pct": "Geringste Überschneidung in Prozent",
  "Recreate erased": "Gelöschte wieder anlegen",
  Missing: "Fehlende",
  "Promote waiting list": "Warteliste nachrücken lassen",
  Reissue: "Neu ausstellen",
  "Rule ids": "Ids der Regeln",
  Since: "Seit",
  "Subscription ids": "Ids der Abonnements",
  "Timeout seconds": "Zeitgrenze in Sekunden",
  Url: "Adresse",
};
