/** The inbox of shops, and the help to set up a shop. */
export const shopsInGerman = {
  "Inbox of shops": "Eingang der Shops",
  "What the shops of a client sent, and what has come of it.":
    "Was die Shops eines Mandanten gesendet haben und was daraus geworden ist.",
  "Show inbox": "Eingang zeigen",
  "Inbox of {client}": "Eingang von {client}",
  "Only deliveries with a good signature stand here; others are refused and written nowhere.":
    "Hier stehen nur Zustellungen mit gültiger Signatur; andere werden abgewiesen und nirgends gespeichert.",
  "No delivery matches.": "Keine Zustellung passt.",
  "No more deliveries.": "Keine weiteren Zustellungen.",
  Topic: "Thema",
  "Delivery or order": "Zustellung oder Bestellung",
  "Deliveries, newest first": "Zustellungen, neueste zuerst",
  Delivery: "Zustellung",
  About: "Betrifft",
  "same event as #{id}": "dasselbe Ereignis wie #{id}",
  "Failed attempts": "Gescheiterte Versuche",
  Received: "Empfangen",
  waits: "wartet",
  "being processed": "wird verarbeitet",
  parked: "geparkt",
  done: "erledigt",
  ignored: "ignoriert",
  "More was bought of a course than one person can use.":
    "Von einem Kurs wurde mehr gekauft, als eine Person nutzen kann.",
  "The person is registered there already.": "Die Person ist dort bereits eingeschrieben.",
  "The course is full and has no waiting list.": "Der Kurs ist voll und hat keine Warteliste.",
  "The course cannot be booked now.": "Der Kurs kann derzeit nicht gebucht werden.",
  "The person lacks what the course asks for.": "Der Person fehlt, was der Kurs voraussetzt.",
  "The person has begun the course already.": "Die Person hat den Kurs bereits begonnen.",
  "Only a part was refunded.": "Nur ein Teil wurde erstattet.",
  "An amount was refunded, and no line of the order.": "Ein Betrag wurde erstattet, aber keine Zeile der Bestellung.",
  "The refund is not paid out yet.": "Die Erstattung ist noch nicht ausgezahlt.",
  "The order is not known here.": "Die Bestellung ist hier nicht bekannt.",
  "It is not clear whose order it is: no active person, or several, have its address.":
    "Es ist nicht klar, wessen Bestellung es ist: Keine aktive Person oder mehrere haben ihre Adresse.",
  "Amount or currency is not that of the order.": "Betrag oder Währung ist nicht der der Bestellung.",
  "An administrator put it aside.": "Ein Administrator hat sie beiseitegelegt.",
  "Process once more": "Noch einmal verarbeiten",
  "Put aside": "Beiseitelegen",
  "Close as done": "Als erledigt schließen",
  delivery: "Zustellung",
  "Delivery #{id}": "Zustellung #{id}",
  "Person's number": "Nummer der Person",
  Signature: "Signatur",
  "proved before it was stored": "vor dem Speichern geprüft",
  Event: "Ereignis",
  Processed: "Verarbeitet",
  Person: "Person",
  "What is left": "Was offen ist",
  "What was sent is no longer kept.": "Was gesendet wurde, ist nicht mehr aufbewahrt.",
  "What was sent, with personal data": "Was gesendet wurde, mit personenbezogenen Daten",
  "The rest is left out here.": "Der Rest ist hier weggelassen.",
  Settle: "Klären",
  "What was booked before stays, and is not booked twice.":
    "Was schon gebucht ist, bleibt und wird nicht doppelt gebucht.",
  "Give the order to a person": "Die Bestellung einer Person geben",
  "Of an active person of this client. From then on the order is that person's, whatever its address.":
    "Die einer aktiven Person dieses Mandanten. Von da an gehört die Bestellung dieser Person, gleich welche Adresse sie trägt.",
  Give: "Geben",
  "The delivery went on": "Die Zustellung ist weitergegangen",
  "It is no longer in the state that the page showed. Look at it as it is now, and decide anew.":
    "Sie ist nicht mehr in dem Zustand, den die Seite zeigte. Sehen Sie sie an, wie sie jetzt ist, und entscheiden Sie neu.",
  "settling deliveries of shops": "Zustellungen von Shops klären",
  "Nothing to do": "Nichts zu tun",
  "The form does not say what to do. Go back and choose a button.":
    "Das Formular sagt nicht, was zu tun ist. Gehen Sie zurück und wählen Sie eine Schaltfläche.",
  "There is no active person of this number here.": "Hier gibt es keine aktive Person mit dieser Nummer.",
  "The delivery waits to be processed once more.": "Die Zustellung wartet darauf, noch einmal verarbeitet zu werden.",
  "The delivery was put aside.": "Die Zustellung wurde beiseitegelegt.",
  "The delivery was closed.": "Die Zustellung wurde geschlossen.",
  "The order was given to the person. What is parked about it waits to be processed once more.":
    "Die Bestellung wurde der Person gegeben. Was dazu geparkt ist, wartet darauf, noch einmal verarbeitet zu werden.",
  Deliveries: "Zustellungen",
  "No delivery came for {days} days. Look whether the shop still subscribes: after eight failures in a row Shopify ends it.":
    "Seit {days} Tagen kam keine Zustellung. Sehen Sie nach, ob der Shop noch sendet: Nach acht Fehlern in Folge beendet Shopify das Abonnement.",
  "The database of this client does not answer.": "Die Datenbank dieses Mandanten antwortet nicht.",
  "None has come yet.": "Es ist noch keine gekommen.",
  "The latest came": "Die letzte kam",
  "How to set it up": "So wird es eingerichtet",
  "Address for deliveries": "Adresse für Zustellungen",
  "Topics to subscribe to": "Themen, die zu abonnieren sind",
  "In the shop's Dev Dashboard create an app, give it the scope read_products (write_products to push products), and install it on the shop.":
    "Legen Sie im Dev Dashboard des Shops eine App an, geben Sie ihr die Berechtigung read_products (write_products, um Produkte zu übertragen), und installieren Sie sie im Shop.",
  "Copy the app's client ID and client secret into the secret of this connector. An old app has a permanent Admin API access token instead of the client ID.":
    "Kopieren Sie Client-ID und Client-Geheimnis der App in das Geheimnis dieses Konnektors. Eine alte App hat statt der Client-ID ein dauerhaftes Zugriffstoken der Admin-API.",
  "Have the app subscribe to the topics below with the address below, in JSON. Webhooks made by hand in the shop's notification settings are signed with another key and are refused.":
    "Lassen Sie die App die Themen unten mit der Adresse unten abonnieren, in JSON. Webhooks, die von Hand in den Benachrichtigungen des Shops angelegt sind, sind mit einem anderen Schlüssel signiert und werden abgewiesen.",
  "When you renew the client secret, enter it here at once: the former one stays good for an hour.":
    "Wenn Sie das Client-Geheimnis erneuern, tragen Sie es sofort hier ein: Das frühere bleibt eine Stunde gültig.",
  "In the PayPal Developer Dashboard open your REST app, live or sandbox, and copy its client ID and secret into the secret of this connector.":
    "Öffnen Sie im PayPal Developer Dashboard Ihre REST-App, live oder sandbox, und kopieren Sie Client-ID und Geheimnis in das Geheimnis dieses Konnektors.",
  "Add a webhook to the app with the address below and the events below. PayPal delivers to port 443 only.":
    "Fügen Sie der App einen Webhook mit der Adresse unten und den Ereignissen unten hinzu. PayPal liefert nur an Port 443.",
  "Copy the ID of that webhook into this connector: every signature covers it.":
    "Kopieren Sie die ID dieses Webhooks in diesen Konnektor: Jede Signatur deckt sie ab.",
  "Events of PayPal's webhook simulator are refused: their signatures cannot be checked.":
    "Ereignisse aus PayPals Webhook-Simulator werden abgewiesen: Ihre Signaturen lassen sich nicht prüfen.",
} as const;
