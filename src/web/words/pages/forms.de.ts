/** Fields and forms: fields.tsx, form.tsx, form-post.ts, limits.ts, upload.ts. */
export const formsInGerman = {
  "Error:": "Fehler:",
  "(optional)": "(freiwillig)",
  "(none)": "(nichts)",
  "Choose…": "Wählen …",
  "{value} (not available)": "{value} (nicht verfügbar)",
  "Nothing was saved yet. Please mend this:": "Es wurde noch nichts gespeichert. Bitte berichtigen Sie:",
  " from {least} to {most}": " von {least} bis {most}",
  ", {least} or more": ", {least} oder mehr",
  ", {most} or less": ", {most} oder weniger",
  ", or nothing": ", oder nichts",
  "A whole number": "Eine ganze Zahl",
  "A number": "Eine Zahl",
  "A day as YYYY-MM-DD": "Ein Tag als JJJJ-MM-TT",
  "An e-mail address": "Eine E-Mail-Adresse",
  "Whole numbers, one a line.": "Ganze Zahlen, je Zeile eine.",
  "One a line.": "Je Zeile eines.",
  "May be empty.": "Darf leer sein.",
  "Not a form": "Kein Formular",
  "This address takes a form, sent as application/x-www-form-urlencoded.":
    "Diese Adresse nimmt ein Formular an, gesendet als application/x-www-form-urlencoded.",
  "Too long": "Zu lang",
  "A form may have at most {size} kB.": "Ein Formular darf höchstens {size} kB haben.",
  "At most {most} fields are taken at once.": "Es werden höchstens {most} Felder auf einmal angenommen.",
  "{field} has {length} characters; at most {most} are taken. Shorten it and send it again.":
    "{field} hat {length} Zeichen; höchstens {most} werden angenommen. Kürzen Sie es und senden Sie es noch einmal.",
  "The address has {length} characters; at most {most} are taken.":
    "Die Adresse hat {length} Zeichen; höchstens {most} werden angenommen.",
  "The header {name} has {length} characters; at most {most} are taken.":
    "Der Header {name} hat {length} Zeichen; höchstens {most} werden angenommen.",
  "Not an upload": "Keine hochgeladene Datei",
  "This address takes a file, sent as multipart/form-data.":
    "Diese Adresse nimmt eine Datei an, gesendet als multipart/form-data.",
  "Broken upload": "Unvollständig hochgeladen",
  "The upload did not arrive whole. Send the file again.":
    "Die Datei kam nicht vollständig an. Senden Sie sie noch einmal.",
} as const;
