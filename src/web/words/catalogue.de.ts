/**
 * German of what the catalogue declares: titles and summaries of processors and meanings of parameters (their labels: labels.de.ts). Looked
 * up at run time, English where there is none; test/web/words/words.test.ts lists what is missing.
 */
export const catalogueInGerman: Readonly<Record<string, string>> = {
  // Titles
  "Follow payments at PayPal": "Zahlungen bei PayPal verfolgen",
  "Match the catalogue with the Shopify shop": "Katalog mit dem Shopify-Shop abgleichen",
  "Enrol who bought in the Shopify shop": "Käufer im Shopify-Shop anmelden",
  "Cancel registrations of inactive people": "Anmeldungen inaktiver Personen stornieren",
  "Clear waiting lists at the start": "Wartelisten zum Beginn abschließen",
  "Bring system texts to all nodes": "Systemtexte auf alle Knoten bringen",
  "Delete people for good": "Personen endgültig löschen",
  "Complete courses that have ended": "Beendete Kurse abschließen",
  "Send an HTTP request": "HTTP-Anfrage senden",
  "Find duplicate and stuck runs": "Doppelte und hängende Läufe finden",
  "Update stored files": "Gespeicherte Dateien auf den Stand bringen",
  "Send waiting mails": "Wartende Mails versenden",
  "Notify people": "Personen benachrichtigen",
  "Send push messages": "Push-Nachrichten versenden",
  "Tell what is new": "Über Neues informieren",
  "Make subscribed reports": "Abonnierte Berichte erstellen",
  "Delete old report files": "Alte Berichtsdateien löschen",
  "Delete old report calls": "Alte Berichtsaufrufe löschen",
  "Sum up tracking": "Lernaktivitäten summieren",
  "Delete outdated reports": "Veraltete Berichte löschen",
  "Build search indexes": "Suchindizes aufbauen",
  "Check search indexes": "Suchindizes prüfen",
  "Update report indexes": "Berichtsindizes aktualisieren",
  "Build report indexes": "Berichtsindizes aufbauen",
  "Enrol automatically": "Automatisch anmelden",
  "Fill in progress": "Fortschritt eintragen",
  "Complete learning paths": "Lernpfade abschließen",
  "Publish corrections of team exercises": "Korrekturen von Gruppenarbeiten veröffentlichen",
  "Compute equivalences anew": "Äquivalenzen neu berechnen",
  "Apply learning logic": "Lernlogik anwenden",
  "Update target groups": "Zielgruppen aktualisieren",
  "Let old passwords expire": "Alte Passwörter ablaufen lassen",
  "Count people online": "Personen zählen, die online sind",
  "Delete old messages": "Alte Nachrichten löschen",
  "Import people": "Personen importieren",
  "Import groups from XML": "Gruppen aus XML importieren",
  "Issue certificates": "Zertifikate ausstellen",
  "Delete old certificate files": "Alte Zertifikatsdateien löschen",
  "Delete old sign-in nonces": "Alte Nonces von Anmeldungen löschen",
  "Delete old previews": "Alte Vorschauen löschen",
  "Delete old course previews": "Alte Kursvorschauen löschen",
  "Fix courses before they start": "Kurse vor ihrem Beginn fixieren",
  "Show and hide contents of learning paths": "Inhalte von Lernpfaden ein- und ausblenden",
  "Let skills expire": "Skills ablaufen lassen",
  "Take expired skills out of profiles": "Abgelaufene Skills aus Profilen nehmen",
  "Make people passive": "Personen passiv setzen",
  "Check licence limits": "Lizenzgrenzen prüfen",
  "Open and end recertification periods": "Rezertifizierungszeiträume öffnen und beenden",
  "Complete recertification periods": "Rezertifizierungszeiträume abschließen",
  "Recognise early recertification": "Vorzeitige Rezertifizierung erkennen",
  "Work out levels after a change": "Stufen nach einer Änderung neu bestimmen",
  "Update courses from their templates": "Kurse aus ihren Vorlagen aktualisieren",
  "Close certification periods": "Zertifizierungszeiträume abschließen",
  "Cancel registrations on cancelled courses": "Anmeldungen abgesagter Kurse stornieren",
  "Check prerequisites": "Voraussetzungen prüfen",
  "Cancel registrations with overdue prerequisites": "Anmeldungen mit überfälligen Voraussetzungen stornieren",
  "Book refresher courses": "Auffrischungskurse buchen",
  "Bring person searches to all nodes": "Personensuchen auf alle Knoten bringen",
  "Make site maps": "Sitemaps erstellen",
  "Delete temporary files": "Temporäre Dateien löschen",
  "Delete scratch files of nodes": "Arbeitsdateien der Knoten löschen",

  // Summaries
  "Lists the public catalogue in site maps for search engines, served at the client's host.":
    "Führt den öffentlichen Katalog in Sitemaps für Suchmaschinen auf, die unter dem Host des Kunden abrufbar sind.",
  "Deletes temporary files that are old and that nothing uses.":
    "Löscht temporäre Dateien, die alt sind und nicht benutzt werden.",
  "Deletes old files in the scratch area of each node whose name starts as the job says.":
    "Löscht im Arbeitsbereich jedes Knotens alte Dateien, deren Name so beginnt, wie der Job es sagt.",
  "Builds the indexes of the search for catalogue, courses, media and people anew, where something has changed.":
    "Baut die Indizes der Suche nach Katalog, Kursen, Medien und Personen neu auf, wo sich etwas geändert hat.",
  "Looks once after each release whether all search indexes answer and still have their documents.":
    "Prüft nach jedem Release einmal, ob alle Suchindizes antworten und ihre Dokumente noch haben.",
  "Brings the indexes of reports up to date with what has changed since the last run.":
    "Bringt die Indizes der Berichte auf den Stand dessen, was sich seit dem letzten Lauf geändert hat.",
  "Builds report indexes that are missing or not available, and those of learning paths every time.":
    "Baut Berichtsindizes auf, die fehlen oder nicht verfügbar sind, und die der Lernpfade jedes Mal.",
  "Sends the mails that wait in the mail monitor, a set number in each run.":
    "Versendet die Mails, die im Mailmonitor warten, je Lauf eine festgelegte Anzahl.",
  "Tells people of what begins, ends, falls due or expires, a number of days before or after.":
    "Benachrichtigt Personen über das, was beginnt, endet, fällig wird oder abläuft, eine Anzahl Tage vorher oder nachher.",
  "Sends the push messages that wait to the telephones and browsers of their people.":
    "Versendet die wartenden Push-Nachrichten an Telefone und Browser ihrer Personen.",
  "Hours after which a message that could not be sent is given up":
    "Stunden, nach denen eine Nachricht, die nicht gesendet werden konnte, aufgegeben wird",
  "Sends each person one mail that lists new content of booked courses and paths and of the catalogue.":
    "Sendet jeder Person eine Mail, die neue Inhalte gebuchter Kurse und Lernpfade und des Katalogs auflistet.",
  "The first run tells of nothing that was added more than this many days ago":
    "Der erste Lauf meldet nichts, was vor mehr als so vielen Tagen hinzugefügt wurde",
  "Sets released or fixed courses whose end has passed to completed.":
    "Setzt freigegebene oder fixierte Kurse, deren Ende vorbei ist, auf abgeschlossen.",
  "Cancels registrations of passive and inactive users and gives their places to the waiting list.":
    "Storniert Anmeldungen passiver und inaktiver Benutzer und gibt ihre Plätze an die Warteliste.",
  "Gives free places to the waiting list on the day of the start, and cancels who is left once the course has begun.":
    "Vergibt am Tag des Beginns freie Plätze an die Warteliste und storniert, wer übrig ist, sobald der Kurs begonnen hat.",
  "Enrols the members of groups on courses, templates and learning paths, and again where they recertify.":
    "Meldet die Mitglieder von Gruppen zu Kursen, Vorlagen und Lernpfaden an, und erneut, wo sie rezertifizieren.",
  "Completes learning paths whose progress is complete, or whose completion rule is met.":
    "Schließt Lernpfade ab, deren Fortschritt vollständig oder deren Abschlussregel erfüllt ist.",
  "Fills in the progress of registrations on courses and learning paths, once.":
    "Trägt den Fortschritt von Anmeldungen auf Kursen und Lernpfaden ein, einmalig.",
  "Credits completions, locks and unlocks items, passes courses by their rules, and brings progress and levels up to date.":
    "Rechnet Abschlüsse an, sperrt und öffnet Elemente, besteht Kurse nach ihren Regeln und bringt Fortschritt und Stufen auf den Stand.",
  "Works out for changed rules of equivalence which courses are covered for whom by earlier completions.":
    "Ermittelt für geänderte Äquivalenzregeln, welche Kurse für wen durch frühere Abschlüsse abgedeckt sind.",
  "Publishes corrections whose time has come, and brings the progress of the team's members up to date.":
    "Veröffentlicht Korrekturen, deren Zeitpunkt gekommen ist, und bringt den Fortschritt der Teammitglieder auf den Stand.",
  "Creates and updates people from CSV files.": "Legt Personen aus CSV-Dateien an und aktualisiert sie.",
  "Creates and updates groups and their members from XML files (IMS Enterprise).":
    "Legt Gruppen und ihre Mitglieder aus XML-Dateien (IMS Enterprise) an und aktualisiert sie.",
  "Finally deletes people whose day of deletion has passed, with everything that is theirs.":
    "Löscht Personen, deren Löschtag vorbei ist, endgültig, mit allem, was ihnen gehört.",
  "Makes the members of each target group those for whom its rule holds.":
    "Macht diejenigen zu Mitgliedern jeder Zielgruppe, für die deren Regel gilt.",
  "Has people choose a new password at their next sign-in once theirs is too old.":
    "Lässt Personen bei der nächsten Anmeldung ein neues Passwort wählen, wenn ihres zu alt ist.",
  "Deletes messages from the mail monitor that are older than the client keeps them.":
    "Löscht Nachrichten aus dem Mailmonitor, die älter sind, als der Mandant sie aufbewahrt.",
  "Records how many people are online, and deletes old counts.":
    "Hält fest, wie viele Personen online sind, und löscht alte Zahlen.",
  "Makes changed system texts visible on all nodes.": "Macht geänderte Systemtexte auf allen Knoten sichtbar.",
  "Looks for doubled runs, runs without a runner, and triggers that were left behind.":
    "Sucht nach doppelten Läufen, Läufen ohne Runner und zurückgebliebenen Triggern.",
  "Carries out the steps of a release's update that need the file store.":
    "Führt die Schritte des Updates einer Version aus, die den Dateispeicher brauchen.",
  "Makes the reports that people have subscribed to and mails a link to each.":
    "Erstellt die Berichte, die Personen abonniert haben, und schickt zu jedem einen Link per Mail.",
  "Deletes files of subscribed reports that are older than some days, but for each recipient's newest.":
    "Löscht Dateien abonnierter Berichte, die älter als einige Tage sind, bis auf die neueste jedes Empfängers.",
  "Deletes files of reports and exports that were stored some days ago or earlier, without an exception.":
    "Löscht Dateien von Berichten und Exporten, die vor einigen Tagen oder früher abgelegt wurden, ohne Ausnahme.",
  "Deletes calls of external reports that expired or failed, with their results, and ends those that got stuck.":
    "Löscht abgelaufene und fehlgeschlagene Aufrufe externer Berichte samt Ergebnissen und beendet hängengebliebene.",
  "Sums up what people did by day, person, component and item, and deletes old single events.":
    "Summiert nach Tag, Person, Komponente und Element, was Personen getan haben, und löscht alte Einzelereignisse.",
  "Shows and hides the items of learning paths whose day has come.":
    "Blendet Elemente von Lernpfaden ein und aus, deren Tag gekommen ist.",
  "Ends skill achievements whose last day is past, and lowers what their people hold of the skill.":
    "Beendet Skill-Nachweise, deren letzter Tag vorbei ist, und senkt die Stufe, die ihre Personen im Skill haben.",
  "Ends what people hold of skills that expire by themselves, some days after the expiry.":
    "Beendet, was Personen an von selbst ablaufenden Skills haben, einige Tage nach dem Ablauf.",
  "Opens the recertification periods of learning paths, makes their contents due again, and ends them.":
    "Öffnet die Rezertifizierungszeiträume von Lernpfaden, macht deren Inhalte wieder fällig und beendet sie.",
  "Recognises achieved recertification periods of learning paths, and plans the next.":
    "Erkennt erreichte Rezertifizierungszeiträume von Lernpfaden und plant die nächsten.",
  "Achieves recertification periods of learning paths for which work was done before they opened.":
    "Setzt Rezertifizierungszeiträume von Lernpfaden auf erreicht, für die schon vor der Öffnung gearbeitet wurde.",
  "Works out people's levels on learning paths anew after the structure of a path was changed.":
    "Bestimmt die Stufen von Personen auf Lernpfaden neu, nachdem der Aufbau eines Pfads geändert wurde.",
  "Brings the contents of courses in line with the published changes of their templates.":
    "Bringt die Inhalte von Kursen auf den Stand der veröffentlichten Änderungen ihrer Vorlagen.",
  "Closes periods of certifications that are over, opens the next, and tells people the result.":
    "Schließt abgelaufene Zeiträume von Zertifizierungen ab, eröffnet die nächsten und teilt den Personen das Ergebnis mit.",

  "Issues certificates for completed courses and learning paths, as PDF, and marks the files of revoked ones.":
    "Stellt Zertifikate für abgeschlossene Kurse und Lernpfade als PDF aus und kennzeichnet die Dateien widerrufener.",
  "Deletes the files of certificates that are older than the client keeps them; the certificates stay.":
    "Löscht Zertifikatsdateien, die älter sind, als der Mandant sie aufbewahrt; die Zertifikate bleiben.",
  "Only completions from this day on; empty: all": "Nur Abschlüsse ab diesem Tag; leer: alle",
  "Certificates that a run issues, at most, the oldest completions first; empty: no limit":
    "Zertifikate, die ein Lauf höchstens ausstellt, die ältesten Abschlüsse zuerst; leer: ohne Grenze",
  "Make a further file when a new major version of a certificate is published":
    "Eine weitere Datei erstellen, wenn eine neue Hauptversion eines Zertifikats veröffentlicht wird",
  "How people are told of a certificate of the last 31 days":
    "Wie Personen von einem Zertifikat der letzten 31 Tage erfahren",

  "Sends one signed HTTP request to a system of the client's own.":
    "Sendet eine signierte HTTP-Anfrage an ein eigenes System des Mandanten.",
  "Deletes nonces of sign-ins by OpenID Connect that were used, or were never used and have expired.":
    "Löscht Nonces von Anmeldungen mit OpenID Connect, die benutzt wurden oder unbenutzt abgelaufen sind.",
  "Deletes old entries of the preview log and attempts made in a preview, so that they never count as access.":
    "Löscht alte Einträge des Vorschauprotokolls und Versuche aus Vorschauen, damit sie nie als Zugriff zählen.",
  "Deletes old entries of the preview log.": "Löscht alte Einträge des Vorschauprotokolls.",
  "Sets released courses and learning paths to fixed, a number of days before they start.":
    "Setzt freigegebene Kurse und Lernpfade eine Anzahl Tage vor ihrem Beginn auf fixiert.",
  "Makes people passive whose day of termination has come, and those who have not been used for a long time.":
    "Setzt Personen passiv, deren Austrittstag gekommen ist, und solche, die lange nicht genutzt wurden.",
  "Compares the use of the client's licence with its limits, and sends an alert when one is exceeded.":
    "Vergleicht die Nutzung der Lizenz des Mandanten mit ihren Grenzen und meldet, wenn eine überschritten ist.",
  "Cancels the open registrations on courses that were cancelled.":
    "Storniert die offenen Anmeldungen zu Kursen, die abgesagt wurden.",
  "Notes on open registrations whose prerequisites are met by now, and whose are overdue.":
    "Vermerkt an offenen Anmeldungen, ob die Voraussetzungen inzwischen erfüllt oder überfällig sind.",
  "Cancels registrations whose prerequisites were not met in time, and gives their places to the waiting list.":
    "Storniert Anmeldungen, deren Voraussetzungen nicht rechtzeitig erfüllt wurden, und gibt ihre Plätze an die Warteliste.",
  "Registers people on refresher courses before what they have learnt is to be refreshed.":
    "Meldet Personen zu Auffrischungskursen an, bevor Gelerntes aufzufrischen ist.",
  "Makes changed configurations of the search for people known on all nodes.":
    "Macht geänderte Konfigurationen der Personensuche auf allen Knoten bekannt.",

  // Parameters of every processor, and policies of every job
  "Rows read and written in one step": "Zeilen, die in einem Schritt gelesen und geschrieben werden",
  "Rows a run looks at, at most; the next run goes on behind the last. Empty: no limit":
    "Höchstens so viele Zeilen in einem Lauf; der nächste macht hinter der letzten weiter. Leer: ohne Grenze",
  "End the run as failed after more unexpected failures than this. Expected ones (a bad cell, a full course) never end it":
    "Den Lauf als fehlgeschlagen beenden, wenn mehr Zeilen als diese unerwartet fehlschlagen. Erwartete Fehler (eine falsche Zelle, ein voller Kurs) beenden ihn nie",
  "Occurrences missed by more than a minute: run the latest, skip them, or run each":
    "Um mehr als eine Minute verpasste Termine: den letzten ausführen (once), sie auslassen (skip) oder jeden ausführen (all)",
  'With "all": missed occurrences that are run, at most; the newest':
    "Bei „all“: verpasste Termine, die ausgeführt werden, höchstens; die neuesten",
  "Do not start at all when it is later than this; empty: start however late":
    "Gar nicht starten, wenn es später ist als dies; leer: starten, wie spät es auch ist",
  "When the job's last run for the client has not ended yet":
    "Wenn der letzte Lauf des Jobs für den Mandanten noch nicht beendet ist",
  'With "queue_all": runs that may wait, at most': "Bei „queue_all“: Läufe, die warten dürfen, höchstens",
  "How often a failed run is tried in all": "Wie oft ein fehlgeschlagener Lauf insgesamt versucht wird",
  "Wait before the second attempt; it doubles for each further one":
    "Wartezeit vor dem zweiten Versuch; sie verdoppelt sich mit jedem weiteren",
  "End a run that takes longer than this": "Einen Lauf beenden, der länger dauert als dies",
  "Failed runs in a row after which the job is paused for the client; empty: never":
    "Fehlgeschlagene Läufe in Folge, nach denen der Job für den Mandanten angehalten wird; leer: nie",
  "Seconds within which the clients of a job for all are started":
    "Sekunden, innerhalb derer die Mandanten eines Jobs für alle gestartet werden",
  "At daylight-saving changes: never lose or double a nightly run, or do exactly as Quartz does":
    "Bei Zeitumstellungen: keinen nächtlichen Lauf verlieren oder verdoppeln (safe), oder genau wie Quartz handeln (quartz)",

  // Parameters of single processors
  "Hours since a file was written, at least": "Stunden, seit denen eine Datei mindestens geschrieben ist",
  "How the names of the files start; empty: all files": "Wie die Namen der Dateien beginnen; leer: alle Dateien",
  "Days that are made good at most when earlier runs were missed or had failures":
    "Tage, die höchstens nachgeholt werden, wenn frühere Läufe ausfielen oder Fehler hatten",
  "Ids of the only notification rules to work; empty means all":
    "Ids der Benachrichtigungsregeln, die allein bearbeitet werden; leer bedeutet alle",
  "Calendar days after the end, in the course's time zone, before the course is completed":
    "Kalendertage nach dem Ende, in der Zeitzone des Kurses, bevor der Kurs abgeschlossen wird",
  "Which kinds of component are looked at": "Welche Arten von Komponenten betrachtet werden",
  "Give each freed place of a released or fixed course to who has waited longest":
    "Jeden frei gewordenen Platz eines freigegebenen oder fixierten Kurses dem geben, der am längsten wartet",
  "Compute all progress anew, also where there is some, and in spite of an earlier run":
    "Allen Fortschritt neu berechnen, auch wo es einen gibt, und trotz eines früheren Laufs",
  "Only these courses and learning paths, in spite of an earlier run":
    "Nur diese Kurse und Lernpfade, trotz eines früheren Laufs",
  "Look at every registration, whatever has changed since the last run":
    "Jede Anmeldung ansehen, was auch immer sich seit dem letzten Lauf geändert hat",
  "Compute every rule anew, also those that have not changed":
    "Jede Regel neu berechnen, auch die, die sich nicht geändert haben",
  "Only these rules": "Nur diese Regeln",
  "Statuses out of which a registration is completed": "Status, aus denen eine Anmeldung abgeschlossen wird",
  "Hours after the start before the waiting list is cancelled":
    "Stunden nach dem Beginn, bevor die Warteliste storniert wird",
  "From the day of the start on, give free places to those who have waited longest":
    "Ab dem Tag des Beginns freie Plätze denen geben, die am längsten warten",
  "Send a message to each person who is taken off a waiting list":
    "Jeder Person, die von einer Warteliste genommen wird, eine Nachricht senden",
  "Numbers of the enrolment rules to apply; empty means all":
    "Nummern der Anmelderegeln, die angewandt werden; leer bedeutet alle",
  "People of earlier CSV files who are missing from a complete list (full_…): leave them, or make them passive":
    "Personen früherer CSV-Dateien, die in einer vollständigen Liste (full_…) fehlen: so lassen oder passiv setzen",
  "A complete list that would deactivate more than this share of them deactivates no person":
    "Eine vollständige Liste, die mehr als diesen Anteil deaktivieren würde, deaktiviert niemanden",
  "A complete list that names less than this share of them is refused: it may be another client's":
    "Eine vollständige Liste, die weniger als diesen Anteil von ihnen nennt, wird abgewiesen: Sie kann die eines anderen Mandanten sein",
  "Create people again who were deleted for good, if a file names them":
    "Endgültig gelöschte Personen wieder anlegen, wenn eine Datei sie nennt",
  "A complete list (mode full) that would take away more than this share of the memberships takes none away":
    "Eine vollständige Liste (mode full), die mehr als diesen Anteil der Mitgliedschaften wegnähme, nimmt keine weg",
  "Create groups that a file names and that do not exist":
    "Gruppen anlegen, die eine Datei nennt und die es nicht gibt",
  "Ids of the import configurations to run; empty means all whose scheduler is active":
    "Ids der Importkonfigurationen, die laufen; leer bedeutet alle, deren Zeitplaner aktiv ist",
  "Days after the day of deletion before the person is deleted":
    "Tage nach dem Löschtag, bevor die Person gelöscht wird",
  "report: list where deleted people are named in what is not theirs; ignore: do not look":
    "report: auflisten, wo gelöschte Personen in fremden Daten genannt sind; ignore: nicht nachsehen",
  "Numbers of the target groups to evaluate; empty means all":
    "Nummern der Zielgruppen, die ausgewertet werden; leer bedeutet alle",
  "Passive people can be members too": "Auch passive Personen können Mitglieder sein",
  "A group of 20 members or more that would lose or gain a larger share keeps its members, and fails; above 100 it may more than double":
    "Eine Gruppe mit 20 oder mehr Mitgliedern, die einen größeren Anteil verlöre oder gewönne, behält ihre Mitglieder und schlägt fehl; über 100 darf sie sich mehr als verdoppeln",
  "Send all texts again, not only those the node lacks":
    "Alle Texte erneut senden, nicht nur die, die dem Knoten fehlen",
  "Carry out this step only. Empty: all that are not done":
    "Nur diesen Schritt ausführen. Leer: alle, die nicht erledigt sind",
  "A trigger this late without a run is computed anew":
    "Ein Trigger, der so spät und ohne Lauf ist, wird neu berechnet",
  "Calls that failed are deleted once they ended more than this many hours ago":
    "Fehlgeschlagene Aufrufe werden gelöscht, sobald sie vor mehr als so vielen Stunden endeten",
  "Calls without a result after this many hours have failed":
    "Aufrufe, die nach so vielen Stunden kein Ergebnis haben, sind fehlgeschlagen",
  "Single events are deleted once their day is more than this many days ago":
    "Einzelereignisse werden gelöscht, sobald ihr Tag mehr als so viele Tage zurückliegt",
  "A start by hand computes the days from this one on anew": "Ein Start von Hand berechnet die Tage ab diesem neu",
  "Files are deleted that were stored more than this many days ago":
    "Gelöscht werden Dateien, die vor mehr als so vielen Tagen abgelegt wurden",
  "Files are deleted that were stored this many days ago or earlier":
    "Gelöscht werden Dateien, die vor so vielen Tagen oder früher abgelegt wurden",
  "Keep the newest file of each subscription and recipient, however old it is":
    "Die neueste Datei jedes Abonnements und Empfängers behalten, wie alt sie auch ist",
  "Days for which the link to a report opens its file": "Tage, an denen der Link zu einem Bericht dessen Datei öffnet",
  "Days after which a count is deleted": "Tage, nach denen eine Zahl gelöscht wird",
  "Address that is called": "Adresse, die aufgerufen wird",
  "Further headers as Name: value. Secrets such as Authorization belong into a connector":
    "Weitere Kopfzeilen als Name: Wert. Geheimnisse wie Authorization gehören in einen Konnektor",
  "May contain {{client.key}}, {{scheduledAt}} and {{runId}}. JSON unless a Content-Type says otherwise":
    "Darf {{client.key}}, {{scheduledAt}} und {{runId}} enthalten. JSON, wenn kein Content-Type anderes sagt",
  "For the whole exchange": "Für den ganzen Austausch",
  "Statuses that count as done, such as 2xx or 200-204,409; any other is tried again":
    "Status, die als erledigt gelten, etwa 2xx oder 200-204,409; bei jedem anderen wird es erneut versucht",
  "Name of the client's HTTP connector that signs the request; empty: unsigned":
    "Name des HTTP-Konnektors des Mandanten, der die Anfrage signiert; leer: ohne Signatur",
  "Ids of the only subscriptions to serve; empty means all":
    "Ids der Abonnements, die allein bedient werden; leer bedeutet alle",
  "Minutes that a used nonce is kept: longer than an ID token is valid, so that none can be used again":
    "Minuten, die eine benutzte Nonce bleibt: länger, als ein ID-Token gilt, damit keines erneut benutzt werden kann",
  "Also delete nonces of sign-ins that were never finished, 24 hours after they expired":
    "Auch Nonces von Anmeldungen löschen, die nie beendet wurden, 24 Stunden nach ihrem Ablauf",
  "Hours after which a preview is deleted": "Stunden, nach denen eine Vorschau gelöscht wird",
  "Only courses that have as many participants as they need at least":
    "Nur Kurse, die ihre Mindestzahl an Teilnehmern erreicht haben",
  "Days after the expiry for which an expired skill is still shown":
    "Tage nach dem Ablauf, in denen ein abgelaufener Skill noch gezeigt wird",
  "Ids of groups whose members do not become passive because they are not used":
    "Ids von Gruppen, deren Mitglieder nicht passiv werden, weil sie nicht genutzt werden",
  "If more than this share of 20 or more active people is not used, none of these becomes passive":
    "Wird mehr als dieser Anteil von 20 oder mehr aktiven Personen nicht genutzt, wird keine davon passiv",
  "Days after which the alert is sent again while the limit is exceeded":
    "Tage, nach denen erneut gemeldet wird, solange die Grenze überschritten ist",
  "Share of the limit from which on a warning is sent, once; empty means none":
    "Anteil der Grenze, ab dem einmal gewarnt wird; leer bedeutet nie",
  "Numbers of the recertification sections to work on; empty means all":
    "Nummern der Rezertifizierungsabschnitte, die bearbeitet werden; leer bedeutet alle",
  "Leave a level as it is where the new structure would lower it":
    "Eine Stufe lassen, wie sie ist, wenn der neue Aufbau sie senken würde",
  "Title, description and meta values follow the template too":
    "Auch Titel, Beschreibung und Metawerte folgen der Vorlage",
  "Tell each person how the period of a certification has ended":
    "Jeder Person mitteilen, wie der Zeitraum einer Zertifizierung ausgegangen ist",
  "Send a message to each person whose registration is cancelled":
    "Jeder Person, deren Anmeldung storniert wird, eine Nachricht senden",
  "Also look again at registrations that are overdue": "Auch überfällige Anmeldungen erneut betrachten",
  "Also look at registrations that were made before their component had prerequisites":
    "Auch Anmeldungen betrachten, die entstanden, bevor die Komponente Voraussetzungen hatte",
  "Cancel on the due day itself, not only once it is past": "Schon am Stichtag selbst stornieren, nicht erst danach",
  "Send a message to each person whose registration is cancelled, and to the supervisor":
    "Jeder Person, deren Anmeldung storniert wird, und ihrem Vorgesetzten eine Nachricht senden",
  "Months after which a refresh that was never made is given up":
    "Monate, nach denen eine ausgebliebene Auffrischung aufgegeben wird",
  "Send all searches again, not only those that the node lacks":
    "Alle Suchen erneut senden, nicht nur die, die dem Knoten fehlen",
  "Brings the products of a Shopify shop into the catalogue, or what is for sale here into the shop.":
    "Bringt die Produkte eines Shopify-Shops in den Katalog, oder was hier verkauft wird in den Shop.",
  "pull: the shop's products come into the catalogue. push: what is for sale here goes into the shop":
    "pull: Die Produkte des Shops kommen in den Katalog. push: Was hier verkauft wird, kommt in den Shop",
  "Read all products, not only those that were changed, and hide what the shop does not have any more":
    "Alle Produkte lesen, nicht nur die geänderten, und ausblenden, was der Shop nicht mehr hat",
  "Works off what a Shopify shop has told: enrols buyers, and cancels what was cancelled or refunded.":
    "Arbeitet ab, was ein Shopify-Shop gemeldet hat: meldet Käufer an und storniert, was storniert oder erstattet wurde.",
  "Takes approved payments at PayPal, enrols those who have paid, and cancels what was refunded.":
    "Zieht freigegebene Zahlungen bei PayPal ein, meldet an, wer bezahlt hat, und storniert, was erstattet wurde.",
  "Minutes after which an order is looked at without having heard of it":
    "Minuten, nach denen eine Bestellung auch ohne Meldung betrachtet wird",
  "Hours after which an unpaid order is given up": "Stunden, nach denen eine unbezahlte Bestellung aufgegeben wird",
  "Create a person for a buyer whose address no person has. Without it the order waits for an administrator":
    "Für einen Käufer, dessen Adresse niemand hat, eine Person anlegen. Sonst wartet die Bestellung auf einen Administrator",
  "Tries after which a delivery that cannot be dealt with has failed":
    "Versuche, nach denen eine Zustellung, die nicht verarbeitet werden kann, gescheitert ist",
  "Days without any delivery after which the log warns": "Tage ohne Zustellung, nach denen das Protokoll warnt",
  "Days after which deliveries that are done with are deleted":
    "Tage, nach denen erledigte Zustellungen gelöscht werden",

  // Parameters of search
  "Names of the indexes that are built, others are left alone; empty: all":
    "Namen der Indizes, die aufgebaut werden, andere bleiben, wie sie sind; leer: alle",
  "Leave an index alone that is ready and about which nothing has changed since its last build":
    "Einen Index lassen, der bereit ist und zu dem sich seit dem letzten Aufbau nichts geändert hat",
  "An index with fewer percent of the documents that it had after its last full build is built anew":
    "Ein Index mit weniger Prozent der Dokumente, die er nach dem letzten vollen Aufbau hatte, wird neu aufgebaut",
  "Minutes after the first try for a release; if an index does not answer by then, the run fails and the release counts as checked":
    "Minuten nach dem ersten Versuch für ein Release; antwortet ein Index bis dahin nicht, scheitert der Lauf, und das Release gilt als geprüft",
  "Changes and documents after which a run takes up no further changes; the next run goes on there":
    "Änderungen und Dokumente, nach denen ein Lauf keine weiteren Änderungen aufnimmt; der nächste macht dort weiter",
};
