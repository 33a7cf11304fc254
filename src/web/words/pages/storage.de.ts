/** Files and the demo's mailbox. */
export const storageInGerman = {
  // files.tsx, import-files.ts
  File: "Datei",
  Replace: "Ersetzen",
  "{most} files wait here already; let them be imported, or delete some, before you put in more":
    "Hier warten schon {most} Dateien; lassen Sie sie importieren oder löschen Sie einige, bevor Sie weitere ablegen",
  "Files that wait for an import, and the results of earlier ones.":
    "Dateien, die auf einen Import warten, und die Ergebnisse früherer.",
  "There is no client yet.": "Es gibt noch keinen Mandanten.",
  "Show files": "Dateien zeigen",
  "There is no client {key}; enter the key of one":
    "Es gibt keinen Mandanten {key}; geben Sie den Schlüssel eines anderen ein",
  "Enter the key of a client.": "Geben Sie den Schlüssel eines Mandanten ein.",
  "Files of {client}": "Dateien von {client}",
  "Files for {processors}": "Dateien für {processors}",
  "Kind of file": "Art der Datei",
  "Groups (XML)": "Gruppen (XML)",
  "Choose one of the list": "Wählen Sie eine aus der Liste",
  "This client has no active import configuration for {kinds}; such files wait until there is one.":
    "Dieser Mandant hat keine aktive Importkonfiguration für {kinds}; solche Dateien warten, bis es eine gibt.",
  "People (CSV)": "Personen (CSV)",
  "The file was not stored:": "Die Datei wurde nicht gespeichert:",
  "At most {size}. People: a name that starts with {prefix} is a complete list; any other is a delta. Groups: IMS Enterprise.":
    "Höchstens {size}. Personen: ein Name, der mit {prefix} beginnt, ist eine vollständige Liste, jeder andere eine Änderungsliste. Gruppen: IMS Enterprise.",
  "Replace a waiting file of the same name": "Eine wartende Datei gleichen Namens ersetzen",
  Upload: "Hochladen",
  Waiting: "Wartend",
  "No file is waiting.": "Keine Datei wartet.",
  Imported: "Importiert",
  "Nothing was imported yet.": "Es wurde noch nichts importiert.",
  Refused: "Abgelehnt",
  "Nothing was refused.": "Es wurde nichts abgelehnt.",
  "{state} files": "Dateien: {state}",
  result: "Ergebnis",
  Size: "Größe",
  Stored: "Gespeichert",
  "The file is larger than {limit}; split it into smaller files and upload one after the other":
    "Die Datei ist größer als {limit}; teilen Sie sie in kleinere und laden Sie eine nach der anderen hoch",
  "Choose a file first": "Wählen Sie zuerst eine Datei",
  "The file has {size}, more than {limit}; split it into smaller files":
    "Die Datei hat {size}, mehr als {limit}; teilen Sie sie in kleinere",
  "The file {name} is empty; choose another": "Die Datei {name} ist leer; wählen Sie eine andere",
  "The name must end with {ending}; save the file as CSV and upload that":
    "Der Name muss auf {ending} enden; speichern Sie die Datei als CSV und laden Sie diese hoch",
  "The name must end with {ending}; choose an XML file in the format IMS Enterprise":
    "Der Name muss auf {ending} enden; wählen Sie eine XML-Datei im Format IMS Enterprise",
  "The name ends with {ending}; choose the kind {kind} for it":
    "Der Name endet auf {ending}; wählen Sie dafür die Art {kind}",
  "This is a workbook or an archive, whatever its name says; save it as {kind} and upload that":
    "Das ist eine Arbeitsmappe oder ein Archiv, was auch immer der Name sagt; speichern Sie sie als {kind} und laden Sie diese hoch",
  "This is no text in UTF-8 or a Latin encoding; save it as UTF-8 and upload that":
    "Das ist kein Text in UTF-8 oder einer lateinischen Kodierung; speichern Sie ihn als UTF-8 und laden Sie diesen hoch",
  "This is no XML: it does not begin with <; choose another file":
    "Das ist kein XML: Es beginnt nicht mit <; wählen Sie eine andere Datei",
  "This is no CSV: it begins with <; choose another file or the kind for XML":
    "Das ist keine CSV: Sie beginnt mit <; wählen Sie eine andere Datei oder die Art für XML",
  "This is the result of an earlier import; choose the file that is to be imported":
    "Das ist das Ergebnis eines früheren Imports; wählen Sie die Datei, die importiert werden soll",
  'A file {name} is waiting already; rename yours, or tick "Replace" and choose it again':
    "Eine Datei {name} wartet schon; benennen Sie Ihre um, oder haken Sie „Ersetzen“ an und wählen Sie sie noch einmal",
  "putting in files for this client": "Dateien für diesen Mandanten ablegen",
  "fetching import files": "Importdateien abrufen",
  "Sent so far": "Bisher gesendet",
  "Files of more than {size}": "Dateien von mehr als {size}",
  "With JavaScript the form above sends them as a stream, up to {limit}. Without it, and from scripts, this command does the same; the variable holds your session's cookie.":
    "Mit JavaScript sendet das Formular oben sie als Datenstrom, bis {limit}. Ohne JavaScript und aus Skripten tut dieser Befehl dasselbe; die Variable enthält das Cookie Ihrer Sitzung.",
  "Cloudflare itself takes 100 MB in one request, or more in larger plans.":
    "Cloudflare selbst nimmt 100 MB in einer Anfrage an, in größeren Tarifen mehr.",

  // file-stream.ts
  "Stored {key}, {size}.": "Gespeichert: {key}, {size}.",
  "A file {name} is waiting already; rename yours, or add ?replace=true to the address":
    "Eine Datei {name} wartet schon; benennen Sie Ihre um, oder hängen Sie ?replace=true an die Adresse",

  // file-folder.tsx, file-delete.tsx
  folder: "Ordner",
  "All files": "Alle Dateien",
  "All files of {client}": "Alle Dateien von {client}",
  "Nothing lies here.": "Hier liegt nichts.",
  "Folders and files": "Ordner und Dateien",
  Actions: "Aktionen",
  "From the beginning": "Von vorn",
  "Further files": "Weitere Dateien",
  "deleting files of this client": "Dateien dieses Mandanten löschen",
  "Delete the file {file}?": "Die Datei {file} löschen?",
  "The file was replaced meanwhile. This is what it is now.": "Die Datei wurde inzwischen ersetzt. So ist sie jetzt.",
  "No import will take it any more. This cannot be undone.":
    "Kein Import wird sie mehr nehmen. Das lässt sich nicht rückgängig machen.",
  "Delete file": "Datei löschen",
  "The file was deleted.": "Die Datei wurde gelöscht.",
  "The file was no longer there, so there was nothing to delete.":
    "Die Datei war nicht mehr da, es gab also nichts zu löschen.",

  // mailbox.tsx
  "mailbox; there is one in the demo only": "Postfach (das gibt es nur in der Demo)",
  "Mailbox not reachable": "Postfach nicht erreichbar",
  "The demo mailbox does not answer; is the demo's mail server running?":
    "Das Postfach der Demo antwortet nicht; läuft ihr Mailserver?",
  "Demo mailbox": "Postfach der Demo",
  "Every mail of the demo ends here. None leaves this machine.":
    "Jede Mail der Demo endet hier. Keine verlässt diesen Rechner.",
  Reload: "Neu laden",
  "No mail has arrived yet.": "Es ist noch keine Mail angekommen.",
  "Start a job of MailMonitorStaggering to send those that wait.":
    "Starten Sie einen Job von MailMonitorStaggering, um die wartenden zu versenden.",
  "{count} mail": "{count} Mail",
  "{count} mails": "{count} Mails",
  ", the newest {shown} of them shown": ", die neuesten {shown} davon gezeigt",
  "Mails, newest first": "Mails, die neuesten zuerst",
  Subject: "Betreff",
  "(no subject)": "(kein Betreff)",
  From: "Von",
  To: "An",
  "Meant for": "Bestimmt für",
  Arrived: "Angekommen",

  // report-link.tsx
  "No such report": "Kein solcher Bericht",
  "This report is no longer here": "Diesen Bericht gibt es nicht mehr",
  "This link opens no report. Look whether it was copied whole from the mail.":
    "Dieser Link öffnet keinen Bericht. Sehen Sie nach, ob er ganz aus der Mail kopiert wurde.",
  "A report can be fetched for some days only. The next one comes by mail, with a link of its own.":
    "Ein Bericht kann nur einige Tage lang abgeholt werden. Der nächste kommt per Mail, mit einem eigenen Link.",

  "This link opens no report. Look whether it was copied whole from the answer to the call.":
    "Dieser Link öffnet keinen Bericht. Sehen Sie nach, ob er ganz aus der Antwort auf den Aufruf kopiert wurde.",
  "The result of a call can be fetched for some hours only. Call the report again.":
    "Das Ergebnis eines Aufrufs kann nur einige Stunden lang abgeholt werden. Rufen Sie den Bericht erneut auf.",

  // verification.tsx
  Certificate: "Zertifikat",
  "This certificate is valid": "Dieses Zertifikat ist gültig",
  "This certificate was revoked": "Dieses Zertifikat wurde widerrufen",
  "Issued for": "Ausgestellt für",
  "Issued on": "Ausgestellt am",
  valid: "gültig",
  revoked: "widerrufen",
  "No such certificate": "Kein solches Zertifikat",
  "No certificate has this code. Look whether it was typed as it stands on the certificate.":
    "Kein Zertifikat hat diesen Code. Sehen Sie nach, ob er so eingegeben wurde, wie er auf dem Zertifikat steht.",
  "At most {most} codes are looked up in a minute. Try again later.":
    "In einer Minute werden höchstens {most} Codes nachgesehen. Versuchen Sie es später noch einmal.",

  // search/search-page.tsx
  "Search the catalogue": "Katalog durchsuchen",
  "At most {most} questions are answered in a minute. Try again later.":
    "In einer Minute werden höchstens {most} Fragen beantwortet. Versuchen Sie es später noch einmal.",
  "A single letter finds only itself, other words all that begins with them.":
    "Ein einzelner Buchstabe findet nur sich selbst, andere Wörter alles, was mit ihnen beginnt.",
  "Nothing in the catalogue has all of these words. Try fewer words, or only their beginnings.":
    "Nichts im Katalog hat alle diese Wörter. Versuchen Sie es mit weniger Wörtern oder nur mit ihren Anfängen.",
  "More than {most} results; a further word narrows them down":
    "Mehr als {most} Treffer; ein weiteres Wort grenzt sie ein",
  "{count} result": "{count} Treffer",
  "{count} results": "{count} Treffer",
  "Pages of results": "Seiten der Treffer",
  "Previous results": "Vorherige Treffer",
  "Next results": "Weitere Treffer",
  Words: "Wörter",
  Begins: "Beginnt",
  Ends: "Endet",
  Place: "Ort",
} as const;
