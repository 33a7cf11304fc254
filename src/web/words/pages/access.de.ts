/** Sign-in through a provider, forms that were kept, sessions, the own account, administrators. */
export const accessInGerman = {
  // sign-in/sign-in-page.tsx, sign-in.tsx
  "Your session had expired. Sign in, and the form comes back as you had filled it in.":
    "Ihre Sitzung war abgelaufen. Melden Sie sich an, und das Formular kommt so zurück, wie Sie es ausgefüllt hatten.",
  "I have signed in in another tab: go on": "Ich habe mich in einem anderen Tab angemeldet: weiter",
  "Sign in with {label}": "Anmelden mit {label}",
  "(in another tab)": "(in einem anderen Tab)",
  "You are not signed in yet.": "Sie sind noch nicht angemeldet.",

  // sign-in/openid/sign-in-problem.ts
  "The sign-in was cancelled there. Sign in again, or use your password.":
    "Die Anmeldung wurde dort abgebrochen. Melden Sie sich noch einmal an oder verwenden Sie Ihr Passwort.",
  "The sign-in service refused this sign-in. Try again; if it stays so, a system administrator must look at its settings.":
    "Der Anmeldedienst hat diese Anmeldung abgelehnt. Versuchen Sie es noch einmal; bleibt es dabei, muss ein Systemadministrator die Einstellungen prüfen.",
  "The sign-in service does not answer. Try again in a few minutes, or use your password.":
    "Der Anmeldedienst antwortet nicht. Versuchen Sie es in einigen Minuten noch einmal oder verwenden Sie Ihr Passwort.",
  "The times of the sign-in service and of Minutehand differ by more than a minute. A system administrator must set the clock.":
    "Die Uhren des Anmeldedienstes und von Minutehand weichen um mehr als eine Minute voneinander ab. Ein Systemadministrator muss die Uhr stellen.",
  "What the sign-in service sent cannot be trusted, so nothing was done with it. Sign in again; if it stays so, tell a system administrator.":
    "Was der Anmeldedienst geschickt hat, ist nicht vertrauenswürdig und wurde verworfen. Melden Sie sich noch einmal an; bleibt es dabei, sagen Sie es einem Systemadministrator.",
  "This sign-in was not begun in this browser, or it was begun again in another window. Sign in again.":
    "Diese Anmeldung wurde nicht in diesem Browser begonnen oder in einem anderen Fenster neu begonnen. Melden Sie sich noch einmal an.",
  "This sign-in was used already. Sign in again.":
    "Diese Anmeldung wurde schon verwendet. Melden Sie sich noch einmal an.",
  "This sign-in took more than ten minutes. Sign in again.":
    "Diese Anmeldung hat mehr als zehn Minuten gedauert. Melden Sie sich noch einmal an.",
  "You are signed in there, but you have no account here. Ask a system administrator for one with the same e-mail address.":
    "Dort sind Sie angemeldet, hier haben Sie aber kein Konto. Bitten Sie einen Systemadministrator um eines mit derselben E-Mail-Adresse.",
  "This account is tied to another account of the sign-in service. Ask a system administrator to untie it.":
    "Dieses Konto ist mit einem anderen Konto des Anmeldedienstes verbunden. Bitten Sie einen Systemadministrator, die Verbindung zu lösen.",
  "The sign-in service does not vouch for your e-mail address. Have it verified there, then sign in again.":
    "Der Anmeldedienst bürgt nicht für Ihre E-Mail-Adresse. Lassen Sie sie dort bestätigen und melden Sie sich noch einmal an.",

  "You signed in there with another account. Sign in there with your own account.":
    "Dort haben Sie sich mit einem anderen Konto angemeldet. Melden Sie sich dort mit Ihrem eigenen Konto an.",
  "The sign-in service did not ask you to sign in again, so this confirms nothing. Sign out there, or use your password.":
    "Der Anmeldedienst hat keine neue Anmeldung verlangt, das bestätigt also nichts. Melden Sie sich dort ab, oder verwenden Sie Ihr Passwort.",

  // sign-in/prove.tsx
  "Confirm that it is you": "Bestätigen Sie, dass Sie es sind",
  "Accounts, connectors and API tokens are opened only a few minutes after you have confirmed who you are.":
    "Konten, Konnektoren und API-Token sind nur wenige Minuten zugänglich, nachdem Sie bestätigt haben, wer Sie sind.",
  "Nothing has been done yet. Confirm, and the form comes back as you had filled it in.":
    "Noch ist nichts geschehen. Bestätigen Sie, und das Formular kommt so zurück, wie Sie es ausgefüllt hatten.",
  "Your password": "Ihr Passwort",
  Confirm: "Bestätigen",
  "Confirm with {label}": "Bestätigen mit {label}",
  "I have confirmed in another tab: go on": "Ich habe es in einem anderen Tab bestätigt: weiter",
  "This account has no password. Sign out, and sign in again.":
    "Dieses Konto hat kein Passwort. Melden Sie sich ab und wieder an.",
  "You have confirmed that it is you. Nothing has been done yet with what you had entered.":
    "Sie haben bestätigt, dass Sie es sind. Mit Ihren Eingaben ist noch nichts geschehen.",
  "You have not confirmed yet.": "Sie haben noch nicht bestätigt.",
  "Enter your password.": "Geben Sie Ihr Passwort ein.",
  "This is not your password. Mind capital letters and try again.":
    "Das ist nicht Ihr Passwort. Achten Sie auf Großbuchstaben und versuchen Sie es noch einmal.",

  // sign-in/draft/draft-page.tsx
  "Your form was kept": "Ihr Formular ist noch da",
  "You are signed in again. Nothing has been done yet with what you had entered.":
    "Sie sind wieder angemeldet. Mit Ihren Eingaben ist noch nichts geschehen.",
  "The form was too large to be kept (64 kB). Please fill it in again.":
    "Das Formular war zu groß, um es aufzuheben (64 kB). Bitte füllen Sie es noch einmal aus.",
  "Files are not kept: choose them again after signing in.":
    "Dateien werden nicht aufgehoben: Wählen Sie sie nach der Anmeldung noch einmal aus.",
  "Passwords and secrets are not kept: enter them again after signing in.":
    "Passwörter und Geheimnisse werden nicht aufgehoben: Geben Sie sie nach der Anmeldung noch einmal ein.",
  "Open the form with these values": "Formular mit diesen Werten öffnen",
  "Send it now": "Jetzt absenden",
  "Discard it": "Verwerfen",
  "Go to the form": "Zum Formular",

  // notice.tsx
  "The session was ended.": "Die Sitzung wurde beendet.",
  "All your other sessions were ended.": "Alle Ihre anderen Sitzungen wurden beendet.",
  "Your password was changed, and all your other sessions were ended.":
    "Ihr Passwort wurde geändert, und alle Ihre anderen Sitzungen wurden beendet.",
  "The admin was saved.": "Der Administrator wurde gespeichert.",
  "The account was switched on.": "Das Konto wurde eingeschaltet.",
  "The account was switched off, and its sessions were ended.":
    "Das Konto wurde ausgeschaltet, und seine Sitzungen wurden beendet.",
  "The account was untied. The next sign-in there with the same e-mail address ties it again.":
    "Die Verbindung wurde gelöst. Die nächste Anmeldung dort mit derselben E-Mail-Adresse stellt sie wieder her.",

  // admin/sessions.tsx
  "Your sessions": "Ihre Sitzungen",
  "A session ends {idle} after its last use, and twelve hours after the sign-in at the latest.":
    "Eine Sitzung endet {idle} nach ihrer letzten Verwendung, spätestens zwölf Stunden nach der Anmeldung.",
  Browser: "Browser",
  "(this one)": "(dieser hier)",
  "signed in through the sign-in service": "über den Anmeldedienst angemeldet",
  "signed in by password": "mit Passwort angemeldet",
  "Came from": "Woher",
  "not known": "nicht bekannt",
  "Signed in": "Angemeldet",
  "Last used": "Zuletzt verwendet",
  "End session": "Sitzung beenden",
  "End all other sessions": "Alle anderen Sitzungen beenden",
  "Unknown browser": "Unbekannter Browser",
  "{browser} on {system}": "{browser} unter {system}",
  session: "Sitzung",

  // admin/account.tsx
  "Your account": "Ihr Konto",
  account: "Konto",
  "Present password": "Jetziges Passwort",
  "New password": "Neues Passwort",
  "New password, once more": "Neues Passwort, noch einmal",
  "Change password": "Passwort ändern",
  "From {shortest} to {longest} characters of any kind; several words are easy to keep in mind.":
    "Von {shortest} bis {longest} Zeichen jeder Art; mehrere Wörter sind leicht zu behalten.",
  "All your other sessions end with it.": "Damit enden alle Ihre anderen Sitzungen.",
  "Another person knows your password. Choose one of your own; until then nothing else is open.":
    "Eine andere Person kennt Ihr Passwort. Wählen Sie ein eigenes; bis dahin ist nichts anderes zugänglich.",
  "This account is tied to {issuer}.": "Dieses Konto ist mit {issuer} verbunden.",
  "This account has no password. A system administrator can give it one.":
    "Dieses Konto hat kein Passwort. Ein Systemadministrator kann ihm eines geben.",
  "Use at least {count} characters": "Verwenden Sie mindestens {count} Zeichen",
  "Use at most {count} characters": "Verwenden Sie höchstens {count} Zeichen",
  "Use another one than your e-mail address": "Verwenden Sie ein anderes als Ihre E-Mail-Adresse",
  "This one is among the first that are guessed; use several words that do not belong together":
    "Dieses probiert jeder zuerst, der rät; verwenden Sie mehrere Wörter, die nicht zusammengehören",
  "Use more than your name, your e-mail address or the name of this program":
    "Verwenden Sie mehr als Ihren Namen, Ihre E-Mail-Adresse oder den Namen dieses Programms",
  "Use another one than before": "Verwenden Sie ein anderes als bisher",
  "Enter your present password": "Geben Sie Ihr jetziges Passwort ein",
  "This differs from the new password; enter it again":
    "Dies weicht vom neuen Passwort ab; geben Sie es noch einmal ein",
  "This is not your present password": "Das ist nicht Ihr jetziges Passwort",

  // admin/admins.tsx, admin.tsx, admin-form.tsx
  "looking after administrators": "Administratoren verwalten",
  "New admin": "Neuer Administrator",
  "Create admin": "Administrator anlegen",
  Role: "Rolle",
  "Signs in by": "Meldet sich an mit",
  password: "Passwort",
  "nothing yet": "noch nichts",
  "must change it first": "muss es zuerst ändern",
  "Last sign-in": "Letzte Anmeldung",
  "They sign in with it.": "Damit meldet sich der Administrator an.",
  "A system admin does everything. A client admin works with jobs of the client and starts those for all. A read-only account changes nothing.":
    "Ein Systemadministrator darf alles. Ein Mandantenadministrator arbeitet mit den Jobs des Mandanten und startet die für alle. Ein Nur-Lese-Konto ändert nichts.",
  "Enter a name of at most 200 characters": "Geben Sie einen Namen mit höchstens 200 Zeichen ein",
  "Enter an e-mail address such as ada@example.com": "Geben Sie eine E-Mail-Adresse ein, etwa ada@example.com",
  "Choose a role": "Wählen Sie eine Rolle",
  "Choose a client, or all of them": "Wählen Sie einen Mandanten oder alle",
  "A system admin serves all clients; choose them, or another role":
    "Ein Systemadministrator ist für alle Mandanten da; wählen Sie alle oder eine andere Rolle",
  "Another account has this address already": "Ein anderes Konto hat diese Adresse schon",
  "This is the last active system admin. Give another account the role first":
    "Dies ist der letzte aktive Systemadministrator. Geben Sie zuerst jemand anderem die Rolle",
  "You cannot switch off your own account. Ask another system administrator.":
    "Das eigene Konto können Sie nicht ausschalten. Bitten Sie einen anderen Systemadministrator.",
  "Not switched off": "Nicht ausgeschaltet",
  "A password is made and shown once. It must be changed at the first sign-in.":
    "Ein Passwort wird erzeugt und einmal gezeigt. Es muss bei der ersten Anmeldung geändert werden.",
  "Password of {name}": "Passwort von {name}",
  "It is shown this once. Hand it over by a safe way; it must be changed at the first sign-in.":
    "Es wird nur dieses eine Mal gezeigt. Geben Sie es auf sicherem Weg weiter; es muss bei der ersten Anmeldung geändert werden.",
  Done: "Fertig",
  "switched off": "ausgeschaltet",
  "Sign-in": "Anmeldung",
  "Switching the account off ends its sessions. Nothing else of it is lost.":
    "Wird das Konto ausgeschaltet, enden seine Sitzungen. Sonst geht nichts verloren.",
  "The account is switched off: it cannot be used to sign in.":
    "Das Konto ist ausgeschaltet: Niemand kann sich damit anmelden.",
  "Make a new password": "Neues Passwort erzeugen",
  "Untie from the sign-in service": "Vom Anmeldedienst lösen",
  "Switch off": "Ausschalten",
  "Switch on": "Einschalten",
  "You are not signed in any more. Sign in, and the form comes back as you had filled it in.":
    "Sie sind nicht mehr angemeldet. Melden Sie sich an, und das Formular kommt so zurück, wie Sie es ausgefüllt hatten.",
  "Your form was kept. It is filled in as you had it; nothing of it has been done yet.":
    "Ihr Formular wurde aufbewahrt. Es ist so ausgefüllt, wie Sie es hatten; noch ist nichts davon geschehen.",
  "Another account had filled in the form that was open here. It was not sent, and is not shown to you.":
    "Das Formular, das hier offen war, hatte ein anderes Konto ausgefüllt. Es wurde nicht gesendet und wird Ihnen nicht gezeigt.",
  "Go on": "Weiter",
} as const;
