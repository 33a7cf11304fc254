/** German of what lower rooms say about clients, blackouts, connectors and settings: see messages.de.ts. */
export const configurationMessagesInGerman: Readonly<Record<string, string>> = {
  // src/administration/clients/client-fields.ts, clients.ts
  'A client has no field "{key}"; remove it': "Ein Mandant hat kein Feld „{key}“; entfernen Sie es",
  "Use small letters, digits, - and _, and begin with a letter":
    "Verwenden Sie Kleinbuchstaben, Ziffern, - und _, und beginnen Sie mit einem Buchstaben",
  "Use an IANA name such as Europe/Berlin": "Verwenden Sie einen IANA-Namen wie Europe/Berlin",
  "Use a language tag such as de or en-GB": "Verwenden Sie ein Sprachkürzel wie de oder en-GB",
  "Use a host name such as learn.example.com, without https:// and path":
    "Verwenden Sie einen Hostnamen wie learn.example.com, ohne https:// und Pfad",
  "Choose one of the list": "Wählen Sie einen aus der Liste",
  "Enter the days, or choose that no one is deactivated":
    "Geben Sie die Tage ein, oder wählen Sie, dass niemand deaktiviert wird",
  "Another client has the key {key}; choose another":
    "Ein anderer Mandant hat den Schlüssel {key}; wählen Sie einen anderen",
  "Enter at most 1,000 days; leave out those that have passed":
    "Geben Sie höchstens 1.000 Tage ein; lassen Sie vergangene weg",
  "{day} is there twice; keep one": "{day} kommt doppelt vor; behalten Sie einen",

  // src/administration/pauses/blackouts.ts
  "It ends before it begins; enter a later end": "Sie endet, bevor sie beginnt; geben Sie ein späteres Ende ein",
  "It lies in the past and would change nothing; enter a later end":
    "Sie liegt in der Vergangenheit und änderte nichts; geben Sie ein späteres Ende ein",
  "It is longer than {days} days; pause the jobs, or set the client inactive":
    "Sie ist länger als {days} Tage; halten Sie die Jobs an, oder setzen Sie den Mandanten inaktiv",
  "There is no client {id}; choose one of the list or all":
    "Es gibt keinen Mandanten {id}; wählen Sie einen aus der Liste oder alle",

  // src/control/clients/setting-definitions.ts
  'The form has no field "{key}"; remove it': "Das Formular hat kein Feld „{key}“; entfernen Sie es",
  "The identifier {identifier} is there twice; keep one":
    "Die Kennung {identifier} kommt doppelt vor; behalten Sie eine",
  "Use letters, digits and _ only": "Verwenden Sie nur Buchstaben, Ziffern und _",
  "Use a folder below c/ or g/ that ends with /": "Verwenden Sie einen Ordner unter c/ oder g/, der mit / endet",
  "Time zone of the platform": "Zeitzone der Plattform",
  "Work for the platform is planned in it. Jobs and clients name their own":
    "Arbeit für die Plattform wird in ihr geplant. Jobs und Mandanten nennen ihre eigene",
  "Heavy runs at once": "Schwere Läufe zugleich",
  "Heavy runs at work at the same time on one database, at most; the others wait their turn":
    "Schwere Läufe, die zugleich auf einer Datenbank arbeiten, höchstens; die anderen warten, bis sie an der Reihe sind",
  "Shortest period of a job, in seconds": "Kürzester Abstand eines Jobs, in Sekunden",
  "A job that would fire more often is not saved": "Ein Job, der öfter ausgelöst würde, wird nicht gespeichert",
  "Days that payloads of webhooks are kept": "Aufbewahrung von Webhook-Inhalten in Tagen",
  "After them, what a shop's delivery said is emptied once nothing happens to it by itself any more":
    "Danach wird geleert, was eine Zustellung eines Shops enthielt, sobald mit ihr von selbst nichts mehr geschieht",
  "Days that runs are kept": "Aufbewahrung von Läufen in Tagen",
  "Older runs are removed with their logs, but for the newest 20 of each job":
    "Ältere Läufe werden mit ihren Protokollen entfernt, außer den neuesten 20 je Job",
  "Minutes until a silent run counts as lost": "Minuten, bis ein stiller Lauf als verloren gilt",
  "Time without a sign of life after which a run is reported":
    "Zeit ohne Lebenszeichen, nach der ein Lauf gemeldet wird",
  "Minutes until an idle session of a system administrator ends":
    "Minuten, bis eine ungenutzte Sitzung eines Systemadministrators endet",
  "Time without a request after which a session of the manager has to sign in again":
    "Zeit ohne Aufruf, nach der man sich in einer Sitzung der Verwaltung wieder anmelden muss",
  "Minutes until an idle session of the other administrators ends":
    "Minuten, bis eine ungenutzte Sitzung der übrigen Administratoren endet",
  "The same for client administrators and read-only accounts":
    "Dasselbe für Mandantenadministratoren und Nur-Lese-Konten",
  "Minutes that a confirmed identity counts": "Minuten, die eine bestätigte Identität gilt",
  "Time after the password was entered for which accounts and connectors are opened and changed; then it is asked for again":
    "Zeit nach Eingabe des Passworts, in der sich Konten und Konnektoren öffnen und ändern lassen; dann wird es wieder verlangt",
  Navigation: "Navigation",
  "Entries of the navigation, as a JSON list of identifier, parent, label and visible. Once there is a list, the jobs are linked only if it has m_jobs":
    "Einträge der Navigation, als JSON-Liste aus identifier, parent, label und visible. Sobald es eine Liste gibt, sind die Jobs nur verlinkt, wenn sie m_jobs enthält",
  "Mails in each run of the mail monitor": "Mails je Lauf des Mailmonitors",
  "Mails sent in each run, at most; 0 for all that wait. Not set: each run sends the mails that it makes itself":
    "Mails, die je Lauf hinausgehen, höchstens; 0 für alle wartenden. Nicht gesetzt: Jeder Lauf sendet die Mails, die er erzeugt, selbst",
  "Days that messages are kept": "Aufbewahrung von Nachrichten in Tagen",
  "Older messages are removed from the mail monitor. Not set: none is":
    "Ältere Nachrichten werden aus dem Mailmonitor entfernt. Nicht gesetzt: keine",
  "Recipient of licence alerts": "Empfänger von Lizenzwarnungen",
  "Gets them where the client names no recipient": "Erhält sie, wo der Mandant keinen Empfänger nennt",
  "Days by which a new cycle begins earlier": "Tage, um die ein neuer Zyklus früher beginnt",
  "Days by which a recertification begins before its days to finish demand":
    "Tage, um die eine Rezertifizierung früher beginnt, als ihre Bearbeitungstage verlangen",
  "Days to finish": "Bearbeitungstage",
  "Where an enrolment rule names none; 0 for no due day":
    "Wo eine Anmelderegel keine nennt; 0 für keinen Fälligkeitstag",
  Equivalences: "Äquivalenzen",
  "What is covered for a person by another course counts as successful":
    "Was bei einer Person durch einen anderen Kurs abgedeckt ist, gilt als bestanden",
  "Course types": "Kurstypen",
  "A JSON object: for each type its completion rule, meta values and folders":
    "Ein JSON-Objekt: je Typ seine Abschlussregel, Metawerte und Ordner",
  "Days that a password is valid": "Gültigkeit eines Passworts in Tagen",
  "Then it has to be changed. Not set or 0: it stays valid":
    "Dann muss es geändert werden. Nicht gesetzt oder 0: Es bleibt gültig",
  "Minutes until a person counts as away": "Minuten, bis eine Person als abwesend gilt",
  "Time after which people who were not seen are not counted as online":
    "Zeit, nach der Personen, die nicht gesehen wurden, nicht mehr als online zählen",
  "Attribute in names of certificates": "Attribut in Namen von Zertifikaten",
  "The attribute of a person that the file names of certificates carry":
    "Das Attribut einer Person, das die Dateinamen der Zertifikate tragen",
  "Days that certificates are kept": "Aufbewahrung von Zertifikaten in Tagen",
  "Files of certificates that are older are deleted. Not set: none is":
    "Ältere Dateien von Zertifikaten werden gelöscht. Nicht gesetzt: keine",
  "Folder of translations": "Ordner der Übersetzungen",
  "Files of translations are taken from here; <id> stands for the client's number":
    "Dateien von Übersetzungen werden von hier geholt; <id> steht für die Nummer des Mandanten",
  "Entries of the AICC monitor": "Einträge des AICC-Monitors",
  "Number of the newest that are kept. Not set: all": "Anzahl der neuesten, die behalten werden. Nicht gesetzt: alle",
  "Site maps": "Sitemaps",
  "Makes site maps of public courses; a client can decide otherwise":
    "Erstellt Sitemaps öffentlicher Kurse; ein Mandant kann anders entscheiden",
  "Path of a component": "Pfad einer Komponente",
  "Where the client's host shows a component, for links in messages; {component} stands for its id":
    "Wo der Host des Mandanten eine Komponente zeigt, für Links in Nachrichten; {component} steht für ihre Nummer",
  "Write a path that begins with /, such as /components/{component}":
    "Schreiben Sie einen Pfad, der mit / beginnt, etwa /components/{component}",
  "Push messages": "Push-Nachrichten",
  "Sends messages to the devices of people": "Sendet Nachrichten an die Geräte der Personen",

  // src/connectors/kinds/fcm.ts, kinds/webpush.ts
  "Gets a token from Google and has Firebase check a message. No message is sent.":
    "Holt ein Token von Google und lässt Firebase eine Nachricht prüfen. Es wird keine Nachricht gesendet.",
  "Firebase Cloud Messaging": "Firebase Cloud Messaging",
  "Sends push messages to Android and, through Firebase, to iOS":
    "Sendet Push-Nachrichten an Android und über Firebase an iOS",
  "Project id": "Id des Projekts",
  "Id of the Firebase project": "Id des Firebase-Projekts",
  "is no id of a Firebase project; it looks like my-project-1234":
    "ist keine Id eines Firebase-Projekts; sie sieht aus wie mein-projekt-1234",
  "Address of the service; another one only for a proxy or a test":
    "Adresse des Dienstes; eine andere nur für einen Proxy oder einen Test",
  "Key file of a service account that may send messages, the whole JSON":
    "Schlüsseldatei eines Dienstkontos, das Nachrichten senden darf, das ganze JSON",
  "is no key file of a service account; paste the whole JSON with client_email and private_key":
    "ist keine Schlüsseldatei eines Dienstkontos; fügen Sie das ganze JSON mit client_email und private_key ein",
  "Web push": "Web-Push",
  "Sends push messages to browsers. A subscription is bound to the public key that it was made with":
    "Sendet Push-Nachrichten an Browser. Ein Abonnement ist an den öffentlichen Schlüssel gebunden, mit dem es angelegt wurde",
  "Whom a push service may contact: mailto: and an address, or an https address":
    "Wen ein Push-Dienst ansprechen kann: mailto: und eine Adresse, oder eine https-Adresse",
  "is no contact; write mailto: and an address, or an https address that is not on this machine":
    "ist kein Kontakt; schreiben Sie mailto: und eine Adresse, oder eine https-Adresse, die nicht auf diesem Rechner ist",
  "VAPID public key, base64url": "Öffentlicher VAPID-Schlüssel, base64url",
  "VAPID private key, base64url": "Privater VAPID-Schlüssel, base64url",
  "is no VAPID public key; enter 65 bytes in base64url":
    "ist kein öffentlicher VAPID-Schlüssel; geben Sie 65 Bytes in base64url ein",
  "is no VAPID private key; enter 32 bytes in base64url":
    "ist kein privater VAPID-Schlüssel; geben Sie 32 Bytes in base64url ein",
  "Endpoint of a subscription for a test message": "Endpunkt eines Abonnements für eine Testnachricht",
  "Without a tick below only the keys and whether a request may go there are looked at.":
    "Ohne Haken unten wird nur geprüft, ob die Schlüssel zusammengehören und ob eine Anfrage dorthin gehen darf.",
  "Really send an empty message there, signed with the keys":
    "Wirklich eine leere Nachricht dorthin senden, mit den Schlüsseln signiert",
  "The two keys belong together": "Die beiden Schlüssel gehören zusammen",
  "Nothing was sent: give the endpoint of a subscription to try it":
    "Es wurde nichts gesendet: Geben Sie den Endpunkt eines Abonnements an, um es zu versuchen",
  "An empty message was sent, signed with the keys": "Eine leere Nachricht wurde gesendet, mit den Schlüsseln signiert",
  "The endpoint is no address; copy it from a subscription":
    "Der Endpunkt ist keine Adresse; kopieren Sie ihn aus einem Abonnement",
  "Google gave a token for the service account": "Google hat ein Token für das Dienstkonto ausgestellt",

  // src/connectors/kinds/mail.ts, kinds/http.ts
  "E-mail by SMTP": "E-Mail über SMTP",
  "Hands mails to a mail server. Without user and password it does not log in":
    "Übergibt Mails einem Mailserver. Ohne Benutzer und Passwort meldet er sich nicht an",
  "E-mail by Cloudflare": "E-Mail über Cloudflare",
  "Hands mails to Cloudflare Email Service, through the EMAIL binding of this installation":
    "Übergibt Mails dem Cloudflare Email Service, über die EMAIL-Bindung dieser Installation",
  "HTTP requests": "HTTP-Anfragen",
  "Signs requests of HttpRequest jobs to the client's own systems. A job names the connector by its name":
    "Signiert Anfragen von HttpRequest-Jobs an die eigenen Systeme des Mandanten. Ein Job nennt den Konnektor beim Namen",
  Shopify: "Shopify",
  "A shop whose paid orders enrol people, and whose products stand in the catalogue":
    "Ein Shop, dessen bezahlte Bestellungen Personen einschreiben und dessen Produkte im Katalog stehen",
  "The shop's own name, such as example.myshopify.com, not the address that buyers see":
    "Der eigene Name des Shops, etwa example.myshopify.com, nicht die Adresse, die Käufer sehen",
  "Version of the Admin API: year and month": "Version der Admin-API: Jahr und Monat",
  "Book test orders too; for shops in development only":
    "Auch Testbestellungen buchen; nur für Shops in der Entwicklung",
  "Empty: the shop itself. For a simulator: its address": "Leer: der Shop selbst. Für einen Simulator: dessen Adresse",
  "Client ID of the app. Empty for an old app with a permanent token":
    "Client-ID der App. Leer bei einer alten App mit dauerhaftem Token",
  "Client secret of the app: deliveries are signed with it":
    "Client-Geheimnis der App: Mit ihm sind Zustellungen signiert",
  "Permanent Admin API access token of an old app. Empty for a new app":
    "Dauerhaftes Zugriffstoken der Admin-API einer alten App. Leer bei einer neuen App",
  "is needed, or the permanent access token of an old app; give one of the two":
    "wird gebraucht, oder das dauerhafte Zugriffstoken einer alten App; geben Sie eines von beiden an",
  "is no shop; write its own name such as example.myshopify.com":
    "ist kein Shop; schreiben Sie seinen eigenen Namen, etwa example.myshopify.com",
  "is no version; write one such as 2026-07": "ist keine Version; schreiben Sie eine wie 2026-07",
  "is too short": "ist zu kurz",
  PayPal: "PayPal",
  "An account whose captured payments enrol people": "Ein Konto, dessen eingezogene Zahlungen Personen einschreiben",
  "live for real money, sandbox for trials": "live für echtes Geld, sandbox für Versuche",
  "Id of the webhook as PayPal lists it; every signature covers it":
    "Id des Webhooks, wie PayPal sie nennt; jede Signatur deckt sie ab",
  "offline: by PayPal's certificate, and by a call only where that cannot be judged; call: always by a call":
    "offline: durch PayPals Zertifikat, und durch einen Aufruf nur, wo sich das nicht beurteilen lässt; call: immer durch einen Aufruf",
  "Empty: PayPal itself. For a simulator: its address": "Leer: PayPal selbst. Für einen Simulator: dessen Adresse",
  "is no webhook id; copy it from the list of webhooks of your app":
    "ist keine Webhook-Id; kopieren Sie sie aus der Liste der Webhooks Ihrer App",
  "Client ID of your REST app": "Client-ID Ihrer REST-App",
  "Its secret": "Ihr Geheimnis",
  "Apache Solr": "Apache Solr",
  "Holds search indexes whose backend is solr; without it they are kept in the database":
    "Hält Suchindizes, deren Backend solr ist; ohne ihn liegen sie in der Datenbank",
  "Address of the server without /solr, such as https://search.example.com:8983":
    "Adresse des Servers ohne /solr, etwa https://search.example.com:8983",
  "User, where the server asks for one (BasicAuthPlugin)": "Benutzer, wo der Server einen verlangt (BasicAuthPlugin)",
  "Password of the user": "Passwort des Benutzers",
  "Bearer token instead of user and password": "Bearer-Token statt Benutzer und Passwort",
  "Give the connector a name": "Geben Sie dem Konnektor einen Namen",
  "There is no such field; remove it": "Dieses Feld gibt es nicht; entfernen Sie es",
  "Type a new secret or remove the old one, not both":
    "Geben Sie ein neues Geheimnis ein oder entfernen Sie das alte, nicht beides",
  "Name the origins that the secret headers may go to":
    "Nennen Sie die Ursprünge, an die die geheimen Kopfzeilen gehen dürfen",
  "Name or address of the mail server": "Name oder Adresse des Mailservers",
  "465 for tls, 587 for starttls": "465 für tls, 587 für starttls",
  "tls from the first byte, starttls (never silently without), or none for a server on this machine":
    "tls vom ersten Byte an, starttls (nie stillschweigend ohne), oder none für einen Server auf diesem Rechner",
  "Sender of every mail; the server must let this account use it":
    "Absender jeder Mail; der Server muss ihn diesem Konto erlauben",
  "Name shown beside the address": "Name, der neben der Adresse erscheint",
  "Trial clients: every mail leaves for this address instead; the real one stands in X-Original-To":
    "Für Testmandanten: Jede Mail geht stattdessen an diese Adresse; die echte steht in X-Original-To",
  "Account that sends the mails": "Konto, das die Mails sendet",
  "Its password, or one made for this purpose": "Sein Passwort, oder eines für diesen Zweck",
  "The only origins that its requests may go to; empty: any. Needed where the secret has headers":
    "Die einzigen Ursprünge, an die seine Anfragen gehen dürfen; leer: jeder. Nötig, wo das Geheimnis Kopfzeilen hat",
  "Secrets of Standard Webhooks, whsec_ and base64; several while one is exchanged for another":
    "Geheimnisse nach Standard Webhooks, whsec_ und Base64; mehrere, solange eines gegen ein anderes getauscht wird",
  'Headers that go with each request, as a JSON object such as {"Authorization": "Bearer …"}':
    'Kopfzeilen, die mit jeder Anfrage gehen, als JSON-Objekt wie {"Authorization": "Bearer …"}',
  "is not an e-mail address; write one like office@example.com":
    "ist keine E-Mail-Adresse; schreiben Sie eine wie office@example.com",
  "is not a host name or address; write one like smtp.example.com":
    "ist kein Hostname und keine Adresse; schreiben Sie einen wie smtp.example.com",
  "25 is for mail between servers and is blocked at the edge; use 465 (tls) or 587 (starttls)":
    "25 ist für Mail zwischen Servern und am Edge gesperrt; verwenden Sie 465 (tls) oder 587 (starttls)",
  "none would send mail and password readable; use tls or starttls, unless the server is on this machine":
    "none sendete Mail und Passwort lesbar; verwenden Sie tls oder starttls, außer der Server ist auf diesem Rechner",
  "is no origin; write one like https://erp.example.com, without a path":
    "ist kein Ursprung; schreiben Sie einen wie https://erp.example.com, ohne Pfad",
  "is no signing secret; write whsec_ and {least} to {most} bytes in base64":
    "ist kein Geheimnis der Signatur; schreiben Sie whsec_ und {least} bis {most} Bytes in Base64",
  "is too short to be a secret": "ist zu kurz für ein Geheimnis",
  "{name} is a secret; remove it here and put it into an HTTP connector":
    "{name} ist ein Geheimnis; entfernen Sie es hier und legen Sie es in einen HTTP-Konnektor",
  "{name} is a secret, and no request goes through a proxy; remove it, and put what the receiver asks for into an HTTP connector":
    "{name} ist ein Geheimnis, und keine Anfrage geht über einen Proxy; entfernen Sie es, und legen Sie, was der Empfänger verlangt, in einen HTTP-Konnektor",
  "{name} has {credential}; remove it here and put it into an HTTP connector as a header":
    "{name} enthält {credential}; entfernen Sie es hier und legen Sie es als Kopfzeile in einen HTTP-Konnektor",
  "{name} behind the ? is {credential}; remove it and put it as a header into an HTTP connector":
    "{name} hinter dem ? ist {credential}; entfernen Sie es und legen Sie es als Kopfzeile in einen HTTP-Konnektor",
  "This has {credential}; remove it and put it as a header into an HTTP connector":
    "Hierin steht {credential}; entfernen Sie es und legen Sie es als Kopfzeile in einen HTTP-Konnektor",

  // src/connectors/trial.ts
  "Connected to {server}": "Verbunden mit {server}",
  "The connection is encrypted, and the certificate fits the name":
    "Die Verbindung ist verschlüsselt, und das Zertifikat passt zum Namen",
  "The server answered our greeting (EHLO)": "Der Server hat unsere Begrüßung beantwortet (EHLO)",
  "Logged in as {user}": "Angemeldet als {user}",
  "No secret is set, so no login was tried": "Es ist kein Geheimnis gesetzt, also wurde keine Anmeldung versucht",
  "No mail was sent": "Es wurde keine Mail gesendet",
  "No connection to {server}. Check name, port and encryption":
    "Keine Verbindung zu {server}. Prüfen Sie Name, Port und Verschlüsselung",
  "The server did not greet us. Check port and encryption":
    "Der Server hat uns nicht begrüßt. Prüfen Sie Port und Verschlüsselung",
  "The server refused our greeting (EHLO)": "Der Server hat unsere Begrüßung abgelehnt (EHLO)",
  "The connection could not be encrypted. Check port, encryption and certificate":
    "Die Verbindung ließ sich nicht verschlüsseln. Prüfen Sie Port, Verschlüsselung und Zertifikat",
  "The server refused the login. Check user and password":
    "Der Server hat die Anmeldung abgelehnt. Prüfen Sie Benutzer und Passwort",
  "The answer was: {answer}": "Die Antwort war: {answer}",
  "This installation has no EMAIL binding; add it to the Worker, or use SMTP":
    "Diese Installation hat keine EMAIL-Bindung; fügen Sie sie dem Worker hinzu, oder verwenden Sie SMTP",
  "The EMAIL binding is there. It can be tried by sending a mail only, so whether it sends was not tried":
    "Die EMAIL-Bindung ist da. Sie lässt sich nur durch eine Mail erproben; ob sie sendet, wurde also nicht versucht",
  "The configuration is complete. Nothing was sent": "Die Konfiguration ist vollständig. Es wurde nichts gesendet",
  "Requests may go to {origin}": "Anfragen dürfen an {origin} gehen",
  "Requests may not go to {origin}: {reason}": "Anfragen dürfen nicht an {origin} gehen: {reason}",
  "Nothing was sent": "Es wurde nichts gesendet",
  "The address for the test call is none; write one such as https://erp.example.com/hook":
    "Die Adresse für den Testaufruf ist keine; schreiben Sie eine wie https://erp.example.com/hook",
  "A POST was sent, signed": "Ein POST wurde gesendet, signiert",
  "A POST was sent, not signed": "Ein POST wurde gesendet, nicht signiert",
  "{host} took it": "{host} hat sie angenommen",
  "Firebase checked a message of the project {project}. Nothing was sent":
    "Firebase hat eine Nachricht des Projekts {project} geprüft. Es wurde nichts gesendet",
  "{host} answered {status}: it refused the VAPID keys":
    "{host} antwortete {status}: Die VAPID-Schlüssel wurden abgelehnt",
  "{host} answered {status}: it refused the service account":
    "{host} antwortete {status}: Das Dienstkonto wurde abgelehnt",
  "{host} answered {status}: check the id of the project": "{host} antwortete {status}: Prüfen Sie die Id des Projekts",
  "{host} answered {status} after {time} ms": "{host} antwortete {status} nach {time} ms",
  "No answer: {reason}": "Keine Antwort: {reason}",
};
