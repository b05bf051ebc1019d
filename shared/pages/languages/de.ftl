### The texts in German. Their names, arguments and notes are in en.ftl.

## Frame: around every page

error-in-title = Fehler: { $title }
link-help = Hilfe
link-privacy = Datenschutz
link-imprint = Impressum
request-id = Anfrage-ID, falls Sie um Hilfe bitten: { $id }

## Dates and lists

date = { $day }. { $month } { $year }
moment = { $date }, { $hours }:{ $minutes } Uhr (UTC)
date-end = 31. Dezember { $year }
month-1 = Januar
month-2 = Februar
month-3 = März
month-4 = April
month-5 = Mai
month-6 = Juni
month-7 = Juli
month-8 = August
month-9 = September
month-10 = Oktober
month-11 = November
month-12 = Dezember
list = { $before }, { $next }

## Words that several pages have

username = Benutzername
password = Passwort
current-password = Aktuelles Passwort
new-password = Neues Passwort
email-address = E-Mail-Adresse
password-rule =
    { $count ->
        [one] Mindestens { $count } Zeichen. Gut sind mehrere Wörter mit Leerzeichen. Ihr Name und bekannte Passwörter sind nicht geeignet.
       *[other] Mindestens { $count } Zeichen. Gut sind mehrere Wörter mit Leerzeichen. Ihr Name und bekannte Passwörter sind nicht geeignet.
    }
continue = Weiter
sign-in = Anmelden
sign-out = Abmelden
allow = Erlauben
deny = Ablehnen
back-to-account = Zurück zu Ihrem Konto
back-to-sign-in = Zurück zur Anmeldung
signed-in-as = Sie sind angemeldet als { $username }.
apps-have-to-ask = Mit dem, was Sie bisher erlaubt haben, erhalten Apps keine neuen Tokens. Die Apps müssen Sie erneut hierher leiten.

## An app that nobody checked: in a box on the pages where people decide about it

registered-itself = Diese App hat sich am { $date } selbst registriert.
describes-itself = Diese App beschreibt sich selbst unter { $host }.
nobody-checked = Niemand hier hat geprüft, ob ihr Name stimmt und wer sie betreibt. Die App antwortet unter { $host }.

## Sign-in

sign-in-title = Anmelden bei { $client }
sign-in-for-app = Melden Sie sich an, um mit { $client } fortzufahren.
forgot-password = Passwort vergessen?
create-an-account = Konto erstellen
sign-in-next = Wie es weitergeht
sign-in-next-device = Nach der Anmeldung sehen Sie, worum das Gerät bittet, und entscheiden darüber. Ihr Passwort bleibt hier.
sign-in-next-app = Nach der Anmeldung kehren Sie zu { $host } zurück. Ihr Passwort bleibt hier.

## Sign-in to the account

account-sign-in-title = Bei Ihrem Konto anmelden
account-sign-in-text = Melden Sie sich an, um Ihr Konto zu sehen und zu ändern.
account-sign-in-again = Ihre Anmeldung liegt schon etwas zurück, oder Sie haben Ihren Passkey oder zweiten Faktor nicht genutzt. Bitte melden Sie sich erneut an, bevor Sie Ihr Konto ändern.

## Why a sign-in failed: in a red box above the form

fault-password = Benutzername oder Passwort ist nicht richtig. Bitte versuchen Sie es erneut.
fault-code = Der Code ist nicht richtig oder wurde schon verwendet. Bitte warten Sie auf den nächsten und versuchen Sie es erneut.
fault-passkey-used = Dieser Passkey wurde im selben Moment verwendet oder mit einem Formular, das schon gesendet war. Bitte versuchen Sie es erneut.
fault-passkey-of-another = Dieser Passkey gehört zu einem anderen Konto. Bitte nutzen Sie einen eigenen oder melden Sie sich mit Ihrem Passwort an.
fault-passkey = Dieser Passkey funktioniert hier nicht. Bitte nutzen Sie einen anderen oder melden Sie sich mit Ihrem Passwort an.
fault-too-many-seconds =
    { $seconds ->
        [one] Es gab zu viele Fehlversuche. Bitte versuchen Sie es in { $seconds } Sekunde erneut.
       *[other] Es gab zu viele Fehlversuche. Bitte versuchen Sie es in { $seconds } Sekunden erneut.
    }
fault-too-many-minutes =
    { $minutes ->
        [one] Es gab zu viele Fehlversuche. Bitte versuchen Sie es in { $minutes } Minute erneut.
       *[other] Es gab zu viele Fehlversuche. Bitte versuchen Sie es in { $minutes } Minuten erneut.
    }
fault-form-no-cookie = Ihr Browser hat kein Cookie zurückgesendet. Bitte erlauben Sie Cookies für diese Website und melden Sie sich dann erneut an.
fault-form-expired = Dieses Formular war zu lange offen. Bitte melden Sie sich erneut an.
fault-form-used = Dieses Formular wurde schon verwendet. Bitte melden Sie sich erneut an.
fault-form-other-browser = Dieses Formular wurde in einem anderen Browser geöffnet oder bevor die Cookies gelöscht wurden. Bitte melden Sie sich erneut an.
fault-form-other-request = Dieses Formular gehört zu einer anderen Anfrage. Bitte melden Sie sich erneut an.
fault-form-cross-site = Eine andere Website hat dieses Formular gesendet. Melden Sie sich nur an, wenn Sie das hier wirklich wollten.
fault-form-incomplete = Dieses Formular war nicht vollständig. Bitte melden Sie sich erneut an.

## Second factor at the sign-in

factor-title-code = Code eingeben
factor-title-passkey = Passkey verwenden
factor-text-code = Geben Sie den Code ein, den Ihre Authenticator-App anzeigt, um fortzufahren.
factor-text-passkey = Verwenden Sie Ihren Passkey, um fortzufahren: Ihr Passwort allein reicht hier nicht aus.
no-scripts = Ihr Browser führt hier keine Skripte aus. Für Passkeys wird eines benötigt.
factor-code = Sechsstelliger Code
factor-without-app = Ohne Ihre App
factor-without-passkey = Ohne Ihren Passkey
recovery-code = Wiederherstellungscode
recovery-code-rule = Einer der Codes, die Sie aufbewahrt haben. Jeder gilt nur einmal.
use-recovery-code = Wiederherstellungscode nutzen
sign-in-as-other = Mit anderem Konto anmelden
use-passkey = Passkey verwenden
no-passkey-used = Es wurde kein Passkey verwendet. Bitte versuchen Sie es erneut oder melden Sie sich mit Ihrem Passwort an.

## Consent: an app asks for access

consent-title = Zugriff für { $client } erlauben?
consent-heading = Zugriff erlauben?
consent-changed = Diese Anfrage hat sich geändert, während die Seite offen war.
consent-changed-text = Es wurde noch nichts erlaubt. Bitte lesen Sie die Anfrage noch einmal.
consent-asks = { $client } bittet um Zugriff auf Ihr Konto { $username }.
consent-native = Eine App auf diesem Gerät erhält die Antwort.
consent-native-text = Wir können nicht prüfen, welche App das ist. Erlauben Sie den Zugriff nur, wenn Sie den Vorgang selbst gestartet haben.
consent-asked = Was die App möchte
consent-nothing-asked = Die App nennt keine bestimmte Berechtigung.
consent-apis = APIs, die sie nutzen darf
consent-profile-here = Ihr Profil hier
consent-actors = Wer noch für Sie handeln darf
consent-actors-text = Die App kann diesen Zugriff weitergeben an:
consent-links = Die eigenen Seiten der App: { $links }.
consent-link-website = Website
consent-link-policy = Datenschutzerklärung
consent-link-terms = Nutzungsbedingungen
consent-links-unchecked = Niemand hier hat diese Seiten geprüft.
consent-answer-goes-to = Ihre Antwort geht an { $host }.
not-you = Sind Sie das nicht? Anderes Konto verwenden

## Permissions that every app may ask for: each in a list, after "What it asks for"

scope-openid = Erfahren, wer Sie sind
scope-profile = Ihr Profil sehen, zum Beispiel Ihren Namen
scope-email = Ihre E-Mail-Adresse sehen
scope-address = Ihre Postanschrift sehen
scope-phone = Ihre Telefonnummer sehen
scope-roles = Ihre Rollen sehen
scope-groups = Sehen, zu welchen Gruppen Sie gehören
scope-offline-access = Diesen Zugriff behalten, auch wenn Sie nicht da sind

## Devices, such as televisions

device-title = Gerät verbinden
device-text = Geben Sie den Code ein, den Ihr Gerät anzeigt.
device-code = Code
device-code-rule = Er hat 8 Buchstaben. Groß- oder Kleinschreibung, Leerzeichen und Bindestriche spielen keine Rolle.
device-code-unknown = Dieser Code ist nicht bekannt oder abgelaufen. Bitte prüfen Sie den Code auf Ihrem Gerät.
device-too-many-seconds =
    { $seconds ->
        [one] Es gab zu viele falsche Codes. Bitte versuchen Sie es in { $seconds } Sekunde erneut.
       *[other] Es gab zu viele falsche Codes. Bitte versuchen Sie es in { $seconds } Sekunden erneut.
    }
device-too-many-minutes =
    { $minutes ->
        [one] Es gab zu viele falsche Codes. Bitte versuchen Sie es in { $minutes } Minute erneut.
       *[other] Es gab zu viele falsche Codes. Bitte versuchen Sie es in { $minutes } Minuten erneut.
    }
device-consent-title = Zugriff für ein Gerät erlauben?
device-consent-asks = { $client } auf einem Gerät bittet um Zugriff auf Ihr Konto { $username }.
device-consent-code = Zeigt Ihr Gerät diesen Code?
device-consent-from = Die Anfrage kam von der Adresse { $address }.
device-consent-warning = Erlauben Sie den Zugriff nur, wenn Sie den Vorgang gerade eben selbst gestartet haben, auf einem Gerät, das Sie vor sich haben.
device-consent-warning-text = Wenn Ihnen jemand den Code oder einen Link geschickt hat, lehnen Sie ab: Sonst bekäme diese Person den Zugriff.
device-consent-answer = Das Gerät erhält Ihre Antwort.
device-allowed-title = Ihr Gerät ist verbunden
device-allowed-text = Machen Sie dort weiter. Sie können diese Seite schließen.
device-denied-title = Ihr Gerät erhält keinen Zugriff
device-denied-text = Es wurde nichts erlaubt. Wenn Sie dies nicht auf einem eigenen Gerät gestartet haben, müssen Sie nichts weiter tun.

## On the way back to an app: seen for a moment only

form-post-title = Zurück zu { $host }
form-post-heading = Zurück zur App
form-post-text = Sie werden zu { $host } weitergeleitet.
post-again-title = Einen Moment
post-again-text = Eine App hat Sie hierher geleitet.

## An app sent a request that does not work

returned-error-title = Diese Anfrage funktioniert nicht
returned-error-text = { $client } hat Sie hierher geleitet, aber die Anfrage kann nicht ausgeführt werden. Sie sind nicht angemeldet.
returned-error-invalid-request = Die Anfrage ist unvollständig oder enthält etwas Ungültiges.
returned-error-unauthorized-client = Die App darf auf diese Weise nicht anfragen.
returned-error-access-denied = Der Zugriff wurde nicht erlaubt.
returned-error-unsupported-response-type = Die App möchte eine Art von Antwort, die es hier nicht gibt.
returned-error-invalid-scope = Die App verlangt Berechtigungen, die es hier nicht gibt oder die sie nicht haben darf.
returned-error-invalid-target = Die App verlangt Zugriff auf eine API, die hier nicht bekannt ist oder die sie nicht verwenden darf.
returned-error-nobody-asked = Die App möchte eine Antwort, ohne Sie zu fragen, aber Sie müssen sich erst anmelden oder entscheiden.
returned-error-signed-request = Die signierte Anfrage der App gilt hier nicht.
returned-error-request-reference = Die App verweist auf eine Anfrage, die nicht abgerufen werden konnte oder hier nicht verwendet werden kann.
returned-error-not-supported = Die App fragt auf eine Weise an, die hier nicht unterstützt wird.
returned-error-unmet = Die App verlangt eine Art der Anmeldung, die hier nicht möglich ist.
returned-error-for-app = Der Fehler, für das Team der App: { $error }
returned-error-continue = Weiter zu { $host }
returned-error-warning = Fahren Sie nur fort, wenn Sie diese App kennen. Sie erfährt von dem Fehler, aber nichts über Sie.

## Sign-out

sign-out-title = Abmelden?
sign-out-asked = { $client } möchte Sie abmelden.
sign-out-next = Danach kehren Sie zu { $client } unter { $host } zurück.
stay-signed-in = Angemeldet bleiben
signed-out-title = Sie sind abgemeldet
signed-out-text = Sie sind in diesem Browser abgemeldet. Apps, die Sie noch nutzen, bemerken das eventuell erst nach einem Moment.
signed-out-elsewhere-text = Die von der App genannte Sitzung ist beendet, und zwar in dem Browser, in dem sie lief. Apps, die noch genutzt werden, bemerken das eventuell erst nach einem Moment.
not-signed-in-title = Sie sind nicht angemeldet
not-signed-in-session-text = In diesem Browser ist niemand angemeldet, und die von der App genannte Sitzung wurde nicht gefunden. Es wurde nichts geändert.
not-signed-in-text = In diesem Browser ist niemand angemeldet. Es wurde nichts geändert.
stayed-title = Sie sind weiterhin angemeldet
stayed-text = Es wurde nichts geändert. Sie können diese Seite schließen.

## Account: overview

account-title = Ihr Konto
account-change-password = Passwort ändern
account-factors = Ihr zweiter Faktor
account-passkeys = Ihre Passkeys
account-email = Ihre E-Mail-Adresse
account-download = Daten herunterladen
account-delete = Konto löschen
account-sign-out = In diesem Browser abmelden
account-names = Ihr Name
name = Name
given-name = Vorname
family-name = Nachname
save = Speichern
account-apps = Apps mit Zugriff auf Ihr Konto
account-no-apps = Keine App hat Zugriff.
account-app-host = unter { $host }
account-app-scope = Berechtigungen: { $scope }
account-app-since = Seit { $date }
account-withdraw = Zugriff entziehen
account-withdraw-text = Eine App ohne Zugriff muss Sie erneut darum bitten. Tokens, die sie schon hat, können noch einige Minuten gelten.
account-sessions = Wo Sie angemeldet sind
account-this-browser = Dieser Browser, angemeldet am { $moment }
account-another-browser = Anderer Browser, angemeldet am { $moment }
last-used = Zuletzt genutzt am { $moment }
account-sign-out-there = Dort abmelden
sign-out-others = In allen anderen Browsern abmelden
profile-name-unfit = Ein Name hat höchstens 100 Zeichen, keine unsichtbaren und nichts, was wie ein Link aussieht.
profile-changed-meanwhile = Ihr Profil wurde inzwischen geändert, von Ihnen oder vom Team dieses Dienstes. Bitte prüfen Sie es und speichern Sie erneut.

## Account: password

change-password = Passwort ändern
current-password-wrong = Das aktuelle Passwort ist nicht richtig.
new-password-unchanged = Das neue Passwort ist das aktuelle.
password-too-short =
    { $count ->
        [one] Dieses Passwort ist nicht möglich: Es hat weniger als { $count } Zeichen.
       *[other] Dieses Passwort ist nicht möglich: Es hat weniger als { $count } Zeichen.
    }
password-too-long = Dieses Passwort ist nicht möglich: Es hat mehr als 1024 Byte.
password-bad-characters = Dieses Passwort ist nicht möglich: Es hat Steuerzeichen oder unsichtbare Zeichen.
password-is-hash = Dieses Passwort ist nicht möglich: Es ist der Hash eines Passworts.
password-common = Dieses Passwort ist nicht möglich: Es gehört zu denen, die zuerst ausprobiert werden.
password-known-words = Dieses Passwort ist nicht möglich: Es besteht aus dem Namen oder der Adresse der Person oder aus dem Namen dieser Website.
password-changed-title = Ihr Passwort ist geändert
password-changed-text = Sie bleiben in diesem Browser angemeldet.
password-changed-others = In allen anderen sind Sie abgemeldet.
password-changed-factor = Wenn jemand anderes das frühere Passwort kannte, prüfen Sie auch Ihren { $factor }: Ein neues Passwort entfernt ihn nicht.
password-changed-factors = Wenn jemand anderes das frühere Passwort kannte, prüfen Sie auch Ihren { $factor } und Ihre { $passkeys }: Ein neues Passwort entfernt nichts davon.
password-changed-link-factor = zweiten Faktor
password-changed-link-passkeys = Passkeys

## Forgotten password

forgotten-title = Passwort vergessen
forgotten-text = Sie erhalten eine E-Mail mit einem Link und legen dort ein neues Passwort fest.
username-or-email = Benutzername oder E-Mail-Adresse
send-mail = E-Mail senden
mail-form-no-cookie = Ihr Browser hat kein Cookie gesendet. Erlauben Sie Cookies für diese Website und senden Sie das Formular noch einmal.
mail-form-over = Dieses Formular war zu lange offen oder gehört zu einer anderen Seite. Senden Sie es noch einmal.
mail-too-many =
    { $seconds ->
        [one] Von hier wurden zu viele E-Mails angefordert. Warten Sie { $seconds } Sekunde und senden Sie das Formular noch einmal.
       *[other] Von hier wurden zu viele E-Mails angefordert. Warten Sie { $seconds } Sekunden und senden Sie das Formular noch einmal.
    }
mail-sent-title = Sehen Sie in Ihr Postfach
forgotten-sent-text = Wenn es ein Konto mit diesem Namen oder dieser Adresse gibt und es eine bestätigte Adresse hat, ist eine E-Mail mit einem Link unterwegs.
forgotten-sent-more = Der Link gilt eine halbe Stunde. Wenn keine E-Mail kommt, sehen Sie im Spam-Ordner nach oder fragen Sie das Team dieses Dienstes.
reset-title = Neues Passwort festlegen
reset-account = Für das Konto { $username }.
reset-consequences = Sie werden in allen Browsern abgemeldet. Mit dem, was Sie bisher erlaubt haben, erhalten Apps keine neuen Tokens. Die Apps müssen Sie erneut hierher leiten.
set-password = Passwort festlegen
reset-done-title = Ihr Passwort ist festgelegt
reset-done-text = Sie sind in allen Browsern abgemeldet. Melden Sie sich mit Ihrem neuen Passwort an.
reset-done-factors = Wenn jemand anderes das frühere Passwort kannte, prüfen Sie auch die Passkeys und zweiten Faktoren Ihres Kontos: Ein neues Passwort entfernt nichts davon.

## New accounts

sign-up-text = Sie erhalten eine E-Mail mit einem Link und wählen dort einen Namen und ein Passwort.
sign-up-have-account = Ich habe schon ein Konto
address-malformed = Dies ist keine Adresse wie ada@example.org.
address-not-admitted = Adressen dieser Domain können hier nicht verwendet werden. Nutzen Sie eine Adresse Ihrer Organisation.
sign-up-sent-text = Eine E-Mail an diese Adresse ist unterwegs. Öffnen Sie den Link darin innerhalb einer halben Stunde.
sign-up-sent-more = Wenn keine E-Mail kommt, sehen Sie im Spam-Ordner nach oder fragen Sie das Team dieses Dienstes.
new-account-title = Erstellen Sie Ihr Konto
new-account-name-rule = Der Name, mit dem Sie sich anmelden, ohne Leerzeichen. Ihre Adresse darf Ihr Name sein. Apps können ihn sehen.
create-the-account = Konto erstellen
name-malformed = Dieser Name ist nicht möglich: Ein Name hat 1 bis 128 Byte, ohne Leerzeichen und unsichtbare Zeichen.
name-unusual = Dieser Name ist nicht möglich: Er hat Buchstaben oder Zeichen, die ein Name nicht haben kann, zum Beispiel Ligaturen und Emojis.
name-link = Dieser Name ist nicht möglich: Ein Name hat keines der Zeichen { $signs } und beginnt nicht mit www.
name-another-address = Dieser Name ist nicht möglich: Ein Name mit @ muss Ihre eigene Adresse sein.
name-taken = Dieser Name ist vergeben. Wählen Sie einen anderen.
name-too-many =
    { $seconds ->
        [one] Es wurden zu viele Namen ausprobiert. Warten Sie { $seconds } Sekunde und senden Sie das Formular noch einmal.
       *[other] Es wurden zu viele Namen ausprobiert. Warten Sie { $seconds } Sekunden und senden Sie das Formular noch einmal.
    }
new-account-done-title = Ihr Konto ist bereit
new-account-done-text = Melden Sie sich mit Ihrem Namen und Ihrem Passwort an. Wenn eine App Sie hierher geleitet hat, geht es dort weiter.

## Account: email address. Its title is account-email.

email-none = Ihr Konto hat keine Adresse.
email-confirmed = Ihre Adresse ist { $address }. Sie ist bestätigt.
email-unconfirmed = Ihre Adresse ist { $address }. Sie ist nicht bestätigt.
email-text = E-Mails zu Ihrem Konto gehen an eine bestätigte Adresse. Mit ihr lässt sich auch ein vergessenes Passwort ersetzen.
email-to-confirm = Zu bestätigende Adresse
email-send = E-Mail dorthin senden
email-sent-text = Eine E-Mail mit einem Link ist an diese Adresse unterwegs. Öffnen Sie den Link in diesem Browser, innerhalb einer halben Stunde.
email-sent-more = Bis dahin bleibt Ihre Adresse, wie sie ist.
confirm-title = Bestätigen Sie Ihre Adresse
confirm-text = E-Mails zu Ihrem Konto gehen ab jetzt an { $address }.
confirm-address = Adresse bestätigen
confirm-leave = Nichts ändern

## Account: second factor. Its title is account-factors.

factors-app = Authenticator-App
factors-app-text = Hinzugefügt am { $date }. Nach Ihrem Passwort werden Sie nach dem Code gefragt, den die App anzeigt.
factors-remove = App und Codes entfernen
factors-remove-app = App entfernen
factors-codes = Wiederherstellungscodes
factors-codes-left =
    { $count ->
        [one] { $count } Code ist übrig. Neue Codes ersetzen alle bisherigen.
       *[other] { $count } Codes sind übrig. Neue Codes ersetzen alle bisherigen.
    }
factors-new-codes = Neue Codes erstellen
factors-changed-meanwhile = Ihr zweiter Faktor wurde inzwischen geändert. Bitte prüfen Sie ihn und versuchen Sie es erneut.
factors-needed =
    { $count ->
        [one] Ihr Passwort ist zu kurz, um auf die App zu verzichten. Legen Sie zuerst eines mit mindestens { $count } Zeichen fest.
       *[other] Ihr Passwort ist zu kurz, um auf die App zu verzichten. Legen Sie zuerst eines mit mindestens { $count } Zeichen fest.
    }
new-factor-title = Authenticator-App hinzufügen
new-factor-text = Mit einer App reicht Ihr Passwort allein nicht mehr aus, um sich anzumelden.
new-factor-demanded = Apps lassen Sie nur mit einem zweiten Faktor hinein. Fügen Sie einen hinzu, um fortzufahren.
new-factor-passkey = Stattdessen einen Passkey hinzufügen
new-factor-scan = Scannen Sie dieses Bild mit der App oder geben Sie den Schlüssel darunter in die App ein.
new-factor-picture = Bild des Schlüssels, für die Kamera Ihrer App
new-factor-type = Geben Sie diesen Schlüssel in die App ein.
new-factor-key = Der Schlüssel wird nur hier angezeigt. Niemand sonst darf ihn sehen.
new-factor-code = Sechsstelliger Code, den die App jetzt anzeigt
new-factor-add = App hinzufügen
new-factor-wrong = Der Code ist nicht richtig. Bitte warten Sie auf den nächsten und prüfen Sie die Uhr Ihres Geräts.
recovery-codes-title = Ihre Wiederherstellungscodes
recovery-codes-app-added = Ihre App ist hinzugefügt.
recovery-codes-passkey-added = Ihr Passkey ist hinzugefügt.
recovery-codes-text = Bewahren Sie diese Codes so auf, dass Sie sie ohne Ihre App oder Ihren Passkey finden, zum Beispiel auf Papier. Mit jedem können Sie sich einmal anmelden, nach Ihrem Passwort.
recovery-codes-once = Die Codes werden nur hier angezeigt. Frühere Codes gelten nicht mehr.
recovery-codes-kept = Ich habe sie aufbewahrt

## Account: passkeys. Their title is account-passkeys.

passkeys-text = Mit einem Passkey melden Sie sich über die Sperre Ihres Geräts an, ohne Ihr Passwort.
passkeys-none = Sie haben keinen Passkey.
passkey-added = Hinzugefügt am { $date }
passkey-unused = Noch nicht genutzt
passkey-elsewhere = Für { $host } erstellt: Hier funktioniert er nicht
passkey-new-name = Neuer Name
rename = Umbenennen
passkey-is-last = Dies ist mein einziger Faktor neben dem Passwort. Apps, die einen verlangen, lassen mich dann nicht mehr hinein.
remove = Entfernen
passkeys-apps-have-to-ask = Wenn ein Passkey entfernt wird, erhalten Apps mit dem, was Sie bisher erlaubt haben, keine neuen Tokens. Die Apps müssen Sie erneut hierher leiten.
passkey-demanded = Apps lassen Sie nur mit einem Passkey hinein. Fügen Sie einen hinzu, um fortzufahren.
add-passkey = Passkey hinzufügen
passkey-name = Name, zum Beispiel der Ihres Geräts
no-passkey-made = Es wurde kein Passkey erstellt. Bitte versuchen Sie es erneut. Ein Gerät, das schon einen hat, erstellt keinen zweiten.
passkey-not-usable = Ihr Gerät hat keinen Passkey erstellt, der hier verwendet werden kann. Bitte versuchen Sie es erneut oder nutzen Sie ein anderes Gerät.
passkeys-changed-meanwhile = Ihre Passkeys wurden inzwischen geändert, oder es sind schon zwanzig. Bitte prüfen Sie sie und versuchen Sie es erneut.
passkey-confirm-last = Dies ist Ihr einziger Faktor neben dem Passwort. Bestätigen Sie, dass Sie ihn entfernen möchten.

## Account: the end of it. Its title is account-delete.

delete-text = Ihr Konto wird sofort und endgültig gelöscht. Sie werden überall abgemeldet, und Apps verlieren ihren Zugriff. Was Apps selbst gespeichert haben, bleibt dort.
delete-the-account = Konto löschen
deleted-title = Ihr Konto ist gelöscht
deleted-text = Sie sind überall abgemeldet, und keine App hat mehr Zugriff.

## Problems: titles

problem-try-again = Bitte versuchen Sie es erneut
problem-sign-in-again = Bitte melden Sie sich erneut an
problem-not-found = Diese Seite gibt es nicht
problem-not-found-text = Die Adresse ist nicht richtig.
problem-method = Das funktioniert nicht
problem-method-text = Diese Seite lässt sich so nicht aufrufen.
problem-unreadable = Diese Anfrage ist nicht lesbar
problem-unreadable-text = Die Anfrage ist zu lang oder nicht so codiert, wie sie sein sollte.
problem-form-unreadable = Dieses Formular ist nicht lesbar
problem-form-unreadable-text = Gehen Sie zurück und versuchen Sie es erneut.
problem-form-expired = Dieses Formular war zu lange offen
problem-form-used = Dieses Formular wurde schon verwendet
problem-form-other-browser = Dieses Formular gehört zu einer anderen Anmeldung
problem-form-other-request = Dieses Formular gehört zu einer anderen Anfrage
problem-form-other-page = Dieses Formular gehört zu einer anderen Seite
problem-form-cross-site = Dieses Formular kam von einer anderen Website
problem-form-no-cookie = Ihr Browser hat kein Cookie gesendet
problem-form-incomplete = Dieses Formular ist nicht vollständig

## Problems with the request of an app

ask-the-app = Gehen Sie zurück zur App und beginnen Sie noch einmal. Wenn das wieder geschieht, melden Sie es dem Team der App.
problem-app-set-up = Diese App ist nicht richtig eingerichtet
problem-no-client-id = Die Anfrage nennt nicht die App, die Sie hierher geleitet hat (client_id).
problem-bad-redirect-uri = Die Anfrage nennt nicht richtig, wohin die Antwort gehen soll (redirect_uri).
problem-state-too-long = Die App hat einen Wert state von mehr als 8192 Byte gesendet, der nicht vollständig zurückgegeben werden kann.
problem-two-requests = Die App hat zwei Anfragen in einer gesendet (request und request_uri).
problem-client-unknown = Die App, die Sie hierher geleitet hat, ist nicht bekannt oder abgeschaltet.
problem-redirect-uri-unregistered = Die App möchte die Antwort an eine Adresse erhalten, die nicht für sie registriert ist.
problem-redirect-uri-unregistered-local = Die App möchte die Antwort an eine Adresse erhalten, die nicht für sie registriert ist. In der Anfrage steht { $asked }. Registriert: { $registered }.
problem-no-redirect-uri = Die App nennt nicht, wohin die Antwort gehen soll (redirect_uri).
problem-signed-malformed = Die App hat eine signierte Anfrage gesendet, die unvollständig ist oder nicht die richtige Form hat.
problem-signed-unsigned = Die App hat eine Anfrage gesendet, die nicht so signiert ist, wie sie es sein sollte.
problem-signed-for-another = Die App hat eine signierte Anfrage gesendet, die für eine andere App oder eine andere Website bestimmt ist.
problem-signed-early = Die App hat eine signierte Anfrage gesendet, die noch nicht gilt. Vielleicht geht die Uhr der App falsch.
problem-signed-expired = Die signierte Anfrage der App ist abgelaufen.
problem-signed-too-long = Die App hat eine signierte Anfrage gesendet, die länger gilt, als hier erlaubt ist.
problem-signed-request = Die App hat eine signierte Anfrage gesendet, die hier nicht gilt.
problem-over = Diese Anfrage gilt nicht mehr
problem-pushed-used = Die Anfrage wurde schon beantwortet. Nichts wurde ein zweites Mal getan.
problem-pushed-expired = Die Anfrage war zu lange offen.
problem-pushed-unknown = Die App verweist auf eine Anfrage, die sie hier nicht oder vor langer Zeit gestellt hat (request_uri).
problem-device-over = Der Code ist abgelaufen, oder die Anfrage wurde schon beantwortet. Nichts wurde ein zweites Mal getan.
problem-factor-missing = Sie brauchen einen zweiten Faktor
problem-factor-missing-text = Diese App verlangt einen zweiten Faktor. Fügen Sie auf der Seite Ihres Kontos einen hinzu und beginnen Sie noch einmal.
problem-app-unrecognised = Diese App lässt sich nicht erkennen
problem-document-not-fetched = Die App beschreibt sich unter einer Adresse, die nicht antwortet, wie sie sollte. Bitte versuchen Sie es später erneut.
problem-too-many-apps = Von hier wurden zu viele Apps abgefragt. Bitte versuchen Sie es in einer Minute erneut.
problem-document-unusable = Die App beschreibt sich auf eine Art, die hier nicht verwendet werden kann ({ $member }).
problem-sign-in-down = Die Anmeldung funktioniert im Moment nicht. Bitte versuchen Sie es in einer Minute erneut.

## Problems with the form of the consent page: below the titles of forms

consent-form-used = Ihre Entscheidung wurde schon gesendet. Nichts wurde ein zweites Mal getan.
consent-form-expired = Ein Formular gilt eine halbe Stunde. Es wurde nichts erlaubt.
consent-form-other-browser = Das Formular wurde vor Ihrer letzten Anmeldung oder in einem anderen Browser geöffnet. Es wurde nichts erlaubt.
consent-form-other-request = Das Formular und die Anfrage passen nicht zusammen. Es wurde nichts erlaubt.
consent-form-cross-site = Es wurde nichts erlaubt.
consent-form-no-cookie = Erlauben Sie Cookies für diese Website. Es wurde nichts erlaubt.
consent-form-incomplete = Ein Teil des Formulars fehlt, oder es wurde nicht hier erstellt. Es wurde nichts erlaubt.
continue-if-app-did-not = Wenn die App nicht weitergemacht hat, geht es hier weiter.
continue-to-decide = Wenn Sie darüber entscheiden möchten, geht es hier weiter.
continue-to-be-asked = Hier werden Sie noch einmal gefragt.

## Problems with a sign-out

problem-sign-out = Diese Abmeldung kann nicht ausgeführt werden
sign-out-repeated = Die App, die Sie hierher geleitet hat, hat einen Fehler gemacht: Ein Parameter ist mehrfach enthalten.
sign-out-client-id = Die App, die Sie hierher geleitet hat, hat einen Fehler gemacht: client_id hat nicht die richtige Form.
sign-out-redirect-uri = Die App, die Sie hierher geleitet hat, hat einen Fehler gemacht: post_logout_redirect_uri ist kein absoluter URI ohne Fragment.
sign-out-state = Die App, die Sie hierher geleitet hat, hat einen Fehler gemacht: state ist länger als 8192 Byte.
sign-out-bad-hint = Die App, die Sie hierher geleitet hat, hat sich nicht richtig ausgewiesen (id_token_hint).
sign-out-unregistered = Die App möchte Sie an eine Adresse zurückleiten, die nicht für sie registriert ist (post_logout_redirect_uri).
sign-out-still-signed-in = Sie sind weiterhin angemeldet.
sign-out-here = Sie sind weiterhin angemeldet. Wenn Sie sich abmelden möchten, können Sie das hier tun.
sign-out-down = Die Abmeldung funktioniert im Moment nicht: Vielleicht sind Sie noch angemeldet. Bitte versuchen Sie es in einer Minute erneut.

## Problems with the account

account-nothing-changed = Es wurde nichts geändert. Gehen Sie weiter zu Ihrem Konto und versuchen Sie es dort erneut.
problem-link-over = Dieser Link funktioniert nicht mehr
problem-link-over-text = Ein Link gilt einmal, eine halbe Stunde lang und bis das Passwort oder die Adresse geändert wird. Fordern Sie einen neuen an.
problem-sign-up-over-text = Ein Link gilt einmal und für begrenzte Zeit. Wenn Sie inzwischen ein Konto haben, melden Sie sich an. Fordern Sie sonst einen neuen Link an.
problem-address-taken = Ein anderes Konto hat diese Adresse
problem-address-taken-text = Eine Adresse gehört zu einem einzigen Konto. Es wurde nichts geändert.
account-down = Ihr Konto ist im Moment nicht erreichbar. Sehen Sie in einer Minute nach, ob Ihre Änderung gespeichert wurde.

## Mails
## The first message of each is its subject. Values have no bold type here.

mail-link = { $label }:
mail-copy-address = Wenn die Schaltfläche nicht funktioniert, kopieren Sie diese Adresse in Ihren Browser:
mail-link-minutes =
    { $minutes ->
        [one] Der Link gilt einmal und { $minutes } Minute lang.
       *[other] Der Link gilt einmal und { $minutes } Minuten lang.
    }
mail-link-until = Der Link gilt einmal, bis zum { $date }.
mail-if-you = Wenn Sie das waren, müssen Sie nichts tun.
mail-if-you-cannot = Wenn Sie das nicht können, melden Sie es dem Team dieses Dienstes.
mail-if-not-you-password = Wenn Sie das nicht waren, jetzt neues Passwort festlegen
mail-if-not-you-factors = Wenn Sie das nicht waren, jetzt Passkeys und zweite Faktoren prüfen

mail-reset-text = Jemand möchte ein neues Passwort für Ihr Konto { $username } festlegen.
mail-reset-ignore = Wenn Sie das nicht waren, ignorieren Sie diese E-Mail. Ihr Passwort bleibt, wie es ist.

mail-confirm-text = Jemand, der angemeldet ist, möchte diese Adresse für ein Konto verwenden.
mail-confirm-minutes =
    { $minutes ->
        [one] Öffnen Sie den Link in dem Browser, in dem Sie angemeldet sind. Er gilt einmal und { $minutes } Minute lang.
       *[other] Öffnen Sie den Link in dem Browser, in dem Sie angemeldet sind. Er gilt einmal und { $minutes } Minuten lang.
    }
mail-confirm-ignore = Wenn Sie das nicht waren, ignorieren Sie diese E-Mail. Es wurde nichts geändert.

mail-sign-up-text = Jemand möchte mit dieser Adresse ein Konto erstellen.
mail-invitation = Sie sind eingeladen
mail-invitation-text = Sie sind eingeladen, mit dieser Adresse ein Konto zu erstellen.
mail-new-account-ignore = Wenn Sie dies nicht erwartet haben, ignorieren Sie diese E-Mail. Es gibt kein Konto, solange der Link nicht genutzt wird.

mail-has-account = Sie haben schon ein Konto
mail-has-account-text = Jemand wollte mit dieser Adresse ein Konto erstellen. Zu ihr gehört schon eines: { $username }.
mail-has-account-advice = Melden Sie sich damit an. Wenn Sie das Passwort nicht mehr wissen, legen Sie ein neues fest.
mail-has-account-ignore = Wenn Sie das nicht waren, ignorieren Sie diese E-Mail. Es wurde nichts geändert.

mail-password = Ihr Passwort wurde geändert
mail-password-by-mail = Für Ihr Konto { $username } wurde mit einem Link aus einer E-Mail ein neues Passwort festgelegt.
mail-password-changed = Das Passwort Ihres Kontos { $username } wurde geändert.
mail-password-then = Prüfen Sie danach Ihre Passkeys und zweiten Faktoren: Ein neues Passwort entfernt nichts davon.

mail-factor-added = Ein zweiter Faktor wurde hinzugefügt
mail-factor-added-text = Ihrem Konto { $username } wurde eine Authenticator-App hinzugefügt.
mail-factor-removed = Ihr zweiter Faktor wurde entfernt
mail-factor-removed-text = Die Authenticator-App wurde aus Ihrem Konto { $username } entfernt.
mail-passkey-added = Ein Passkey wurde hinzugefügt
mail-passkey-added-text = Ihrem Konto { $username } wurde ein Passkey hinzugefügt.
mail-passkey-removed = Ein Passkey wurde entfernt
mail-passkey-removed-text = Aus Ihrem Konto { $username } wurde ein Passkey entfernt.
mail-new-codes = Neue Wiederherstellungscodes wurden erstellt
mail-new-codes-text = Für Ihr Konto { $username } wurden neue Wiederherstellungscodes erstellt.
mail-code-used = Ein Wiederherstellungscode wurde verwendet
mail-code-used-text = Ein Wiederherstellungscode wurde verwendet, um sich bei Ihrem Konto { $username } anzumelden.
mail-factors-then = Entfernen Sie, was nicht von Ihnen ist, und legen Sie ein neues Passwort fest: Das allein entfernt weder Passkeys noch die App.

mail-address = Ihre Adresse wurde geändert
mail-address-text = Das Konto { $username } hat jetzt eine andere Adresse. E-Mails dazu kommen nicht mehr hierher.
mail-if-not-you-sign-in = Wenn Sie das nicht waren, jetzt anmelden und Passwort ändern

mail-deleted-text = Ihr Konto { $username } wurde gelöscht, wie von Ihnen gewünscht.
mail-deleted-not-you = Wenn Sie das nicht waren, melden Sie es dem Team dieses Dienstes.
