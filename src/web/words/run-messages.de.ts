/**
 * German of what runner and scheduler write into a run or its log, by the English as it is stored. A placeholder stands for a value;
 * `{message}` for another message of these. What processors write of their own stays English and is marked so; the code beside it is
 * said in the reader's language.
 */
export const runMessagesInGerman: Readonly<Record<string, string>> = {
  // src/control/runs/runs.ts, transitions.ts
  "Cancelled by {name} before it started": "Abgebrochen von {name}, bevor er begann",
  "Taken up again by {name}": "Wieder aufgenommen von {name}",
  // src/runner/judge.ts
  Cancelled: "Abgebrochen",
  "This release has no processor {id}; the run goes on once one has it":
    "Dieses Release hat keinen Prozessor {id}; der Lauf geht weiter, sobald eines ihn hat",
  "Everything was stopped by an administrator": "Ein Administrator hat alles angehalten",
  "The client is not active": "Der Mandant ist nicht aktiv",
  "It fell into a blackout": "Er fiel in eine Sperrzeit",
  "It could not start within {minutes} minutes, as the job asks":
    "Er konnte nicht innerhalb von {minutes} Minuten starten, wie der Job es verlangt",
  "It could not start within 24 hours": "Er konnte nicht innerhalb von 24 Stunden starten",
  "Run {id} of the same job had not ended when this one was due":
    "Lauf {id} desselben Jobs war nicht beendet, als dieser fällig war",
  "A newer occurrence took its place while run {id} was at work":
    "Ein neuerer Termin nahm seinen Platz ein, während Lauf {id} arbeitete",
  "Waits for run {id} of the same job": "Wartet auf Lauf {id} desselben Jobs",
  "{count} runs of the same job were waiting already": "{count} Läufe desselben Jobs warteten schon",
  "Waits for its turn behind other runs of the same job":
    "Wartet hinter anderen Läufen desselben Jobs, bis er an der Reihe ist",
  "A newer occurrence took its place before it had started":
    "Ein neuerer Termin nahm seinen Platz ein, ehe er begonnen hatte",
  "Takes the place of run {id}": "Nimmt den Platz von Lauf {id} ein",
  "Run {id} of the same processor is at work": "Lauf {id} desselben Prozessors arbeitet gerade",
  "Waits for {job} (run {id})": "Wartet auf {job} (Lauf {id})",
  "Started although {job} (run {id}) had not ended after 60 minutes":
    "Gestartet, obwohl {job} (Lauf {id}) nach 60 Minuten nicht beendet war",
  "Waits for heavy run {id} ({job})": "Wartet auf den schweren Lauf {id} ({job})",
  "{count} light runs of this client are at work": "{count} leichte Läufe dieses Mandanten arbeiten gerade",
  // src/runner/runner.ts, permits.ts, row-limit.ts, src/control/clients/moves.ts
  "Its retry was given up because run {id} of the same job was due":
    "Seine Wiederholung wurde aufgegeben, weil Lauf {id} desselben Jobs fällig war",
  "Waits until fewer heavy runs of other clients are at work":
    "Wartet, bis weniger schwere Läufe anderer Mandanten arbeiten",
  "The process that worked on it was stopped; it goes on elsewhere":
    "Der Prozess, der an ihm arbeitete, wurde beendet; er geht anderswo weiter",
  "Stopped after {rows} rows, as maxRows says; the next run goes on":
    "Nach {rows} Zeilen beendet, wie maxRows es sagt; der nächste Lauf macht weiter",
  "Waits until the client's data has been moved to another database":
    "Wartet, bis die Daten des Mandanten in eine andere Datenbank umgezogen sind",
  // src/runner/execution.ts
  "It took longer than a run may take; what was done before stays":
    "Er dauerte länger, als ein Lauf dauern darf; was vorher getan wurde, bleibt",
  "The client of this run was removed": "Der Mandant dieses Laufs wurde entfernt",
  "This release cannot go on from the run's checkpoint (step {step}, version {version}); start the job again":
    "Dieses Release kann vom Stand des Laufs (Schritt {step}, Version {version}) nicht weitermachen; starten Sie den Job neu",
  "The job's parameters no longer fit: {problems}": "Die Parameter des Jobs passen nicht mehr: {problems}",
  "This host does not know the time zone {zone} of the client; update the host, or give the client another":
    "Dieser Host kennt die Zeitzone {zone} des Mandanten nicht; aktualisieren Sie den Host, oder geben Sie dem Mandanten eine andere",
  "More than {count} rows failed unexpectedly; what was done before stays":
    "Mehr als {count} Zeilen sind unerwartet fehlgeschlagen; was vorher getan wurde, bleibt",
  "Nothing had to be changed": "Es war nichts zu ändern",
  "Tries again later: {message}": "Versucht es später noch einmal: {message}",
  "{failed} of {scanned} failed; the others are done. The first: {first}":
    "{failed} von {scanned} sind fehlgeschlagen; die anderen sind erledigt. Der erste: {first}",
  "{failed} of {scanned} failed. The first: {first}": "{failed} von {scanned} sind fehlgeschlagen. Der erste: {first}",
  "{failed} of {scanned} failed; the others are done. {first}":
    "{failed} von {scanned} ist fehlgeschlagen; die anderen sind erledigt. {first}",
  "{failed} of {scanned} failed. {first}": "{failed} von {scanned} ist fehlgeschlagen. {first}",
  // src/scheduler/trigger-page.ts, src/administration/pauses/pause.ts, clients/clients.ts, jobs/jobs.ts
  "Minutehand was not running at the planned time": "Minutehand lief zur geplanten Zeit nicht",
  "Minutehand was not running at the planned time, and more were missed than the job may catch up":
    "Minutehand lief zur geplanten Zeit nicht, und es wurden mehr verpasst, als der Job nachholen darf",
  "The job no longer serves this client or node": "Der Job ist für diesen Mandanten oder Knoten nicht mehr da",
  "The job was switched off before this run started": "Der Job wurde ausgeschaltet, bevor dieser Lauf startete",
  "The job was deleted by {name} before this run went on":
    "Der Job wurde von {name} gelöscht, bevor dieser Lauf weiterging",
  "The job was paused": "Der Job war angehalten",
  "The job was paused: {note}": "Der Job war angehalten: {note}",
  "The stored expression cannot be read; edit the job":
    "Der gespeicherte Ausdruck ist nicht lesbar; bearbeiten Sie den Job",
  "The stored expression or zone cannot be read; edit the job":
    "Der gespeicherte Ausdruck oder die Zone ist nicht lesbar; bearbeiten Sie den Job",
  "It could not start in time; at last: {message}": "Er konnte nicht rechtzeitig starten; zuletzt: {message}",
  "it waited": "er wartete",
  "No runner took it": "Kein Runner nahm ihn auf",
  "No runner has worked on it for hours, and its time is over; what was done before stays":
    "Seit Stunden hat kein Runner an ihm gearbeitet, und seine Zeit ist um; was vorher getan wurde, bleibt",
  "Its trigger had been left behind": "Sein Auslöser war zurückgeblieben",
  // What processors find when there is nothing to do
  "The client has no active connector of kind mail; its mails stay to_forward":
    "Der Mandant hat keine aktive Verbindung der Art mail; seine Mails bleiben to_forward",
  "The client has no host (clients.host), so no link to a report can be made":
    "Der Mandant hat keinen Host (clients.host), also kann kein Link auf einen Bericht entstehen",
  "There is no active target group with a rule": "Es gibt keine aktive Zielgruppe mit einer Regel",
  "No file waits in {places}": "In {places} wartet keine Datei",
  "Setting {key} is undefined: every run sends the mails that it creates by itself":
    "Die Einstellung {key} ist nicht gesetzt: Jeder Lauf sendet die Mails, die er anlegt, selbst",
  "The client has no active HTTP connector named {name}": "Der Mandant hat keine aktive HTTP-Verbindung namens {name}",
  "There is no active import configuration of the kind {kind}":
    "Es gibt keine aktive Importkonfiguration der Art {kind}",
  // The log
  Started: "Gestartet",
  "Started from step {step}": "Gestartet ab Schritt {step}",
  "Started, attempt {attempt}": "Gestartet, Versuch {attempt}",
  "Started, attempt {attempt} from step {step}": "Gestartet, Versuch {attempt} ab Schritt {step}",
  "Dry run started": "Probelauf gestartet",
  "Dry run started from step {step}": "Probelauf gestartet ab Schritt {step}",
  "Dry run started, attempt {attempt}": "Probelauf gestartet, Versuch {attempt}",
  "Dry run started, attempt {attempt} from step {step}": "Probelauf gestartet, Versuch {attempt} ab Schritt {step}",
  "Ended: {state} – {message}": "Beendet: {state} – {message}",
  "Ended: {state}": "Beendet: {state}",
  "Would do: {deed}": "Würde tun: {deed}",

  // Search
  "The client has no active index of kind {kind}": "Der Mandant hat keinen aktiven Index der Art {kind}",
  "The client has no active search index": "Der Mandant hat keinen aktiven Suchindex",
  "The indexes of this release have been checked": "Die Indizes dieses Release sind geprüft",
  "No answer from {names}; the next run tries again": "Keine Antwort von {names}; der nächste Lauf versucht es wieder",
  "No answer from {names} for {minutes} minutes; look at the server and the connector":
    "Keine Antwort von {names} seit {minutes} Minuten; prüfen Sie den Server und den Konnektor",
  "The collection {collection} of index {name} does not answer":
    "Die Sammlung {collection} des Index {name} antwortet nicht",
};
