### The texts in French. Their names, arguments and notes are in en.ftl.

## Frame: around every page

error-in-title = Erreur : { $title }
link-help = Aide
link-privacy = Confidentialité
link-imprint = Mentions légales
request-id = Identifiant de la demande, si vous avez besoin d’aide : { $id }

## Dates and lists

date = { $day } { $month } { $year }
moment = { $date } à { $hours } h { $minutes } (UTC)
date-end = 31 décembre { $year }
month-1 = janvier
month-2 = février
month-3 = mars
month-4 = avril
month-5 = mai
month-6 = juin
month-7 = juillet
month-8 = août
month-9 = septembre
month-10 = octobre
month-11 = novembre
month-12 = décembre
list = { $before }, { $next }

## Words that several pages have

username = Nom d’utilisateur
password = Mot de passe
current-password = Mot de passe actuel
new-password = Nouveau mot de passe
email-address = Adresse e-mail
password-rule =
    { $count ->
        [one] Au moins { $count } caractère. Plusieurs mots avec des espaces conviennent bien. Votre nom et les mots de passe connus ne conviennent pas.
       *[other] Au moins { $count } caractères. Plusieurs mots avec des espaces conviennent bien. Votre nom et les mots de passe connus ne conviennent pas.
    }
continue = Continuer
sign-in = Se connecter
sign-out = Se déconnecter
allow = Autoriser
deny = Refuser
back-to-account = Retour à votre compte
back-to-sign-in = Retour à la connexion
signed-in-as = Votre session est ouverte avec le compte { $username }.
apps-have-to-ask = Les applications n’obtiennent plus de nouveaux jetons avec ce que vous aviez autorisé : elles doivent vous renvoyer ici.

## An app that nobody checked: in a box on the pages where people decide about it

registered-itself = Cette application s’est enregistrée elle-même le { $date }.
describes-itself = Cette application se décrit elle-même sur { $host }.
nobody-checked = Personne ici n’a vérifié son nom ni qui la gère. Elle répond sur { $host }.

## Sign-in

sign-in-title = Se connecter à { $client }
sign-in-for-app = Connectez-vous pour continuer vers { $client }.
forgot-password = Mot de passe oublié ?
create-an-account = Créer un compte
sign-in-next = La suite
sign-in-next-device = Après la connexion, vous verrez ce que l’appareil demande et vous déciderez. Votre mot de passe reste ici.
sign-in-next-app = Après la connexion, vous reviendrez sur { $host }. Votre mot de passe reste ici.

## Sign-in to the account

account-sign-in-title = Se connecter à votre compte
account-sign-in-text = Connectez-vous pour voir et modifier votre compte.
account-sign-in-again = Votre connexion date un peu, ou vous n’avez pas utilisé votre clé d’accès ou votre deuxième facteur. Veuillez vous reconnecter avant de modifier votre compte.

## Why a sign-in failed: in a red box above the form

fault-password = Le nom d’utilisateur ou le mot de passe est incorrect. Veuillez réessayer.
fault-code = Le code est incorrect ou a déjà été utilisé. Veuillez attendre le suivant et réessayer.
fault-passkey-used = Cette clé d’accès a été utilisée au même moment, ou avec un formulaire déjà envoyé. Veuillez réessayer.
fault-passkey-of-another = Cette clé d’accès appartient à un autre compte. Veuillez utiliser l’une des vôtres ou vous connecter avec votre mot de passe.
fault-passkey = Cette clé d’accès ne fonctionne pas ici. Veuillez en utiliser une autre ou vous connecter avec votre mot de passe.
fault-too-many-seconds =
    { $seconds ->
        [one] Il y a eu trop d’essais incorrects. Veuillez réessayer dans { $seconds } seconde.
       *[other] Il y a eu trop d’essais incorrects. Veuillez réessayer dans { $seconds } secondes.
    }
fault-too-many-minutes =
    { $minutes ->
        [one] Il y a eu trop d’essais incorrects. Veuillez réessayer dans { $minutes } minute.
       *[other] Il y a eu trop d’essais incorrects. Veuillez réessayer dans { $minutes } minutes.
    }
fault-form-no-cookie = Votre navigateur n’a renvoyé aucun cookie. Veuillez autoriser les cookies pour ce site, puis vous reconnecter.
fault-form-expired = Ce formulaire est resté ouvert trop longtemps. Veuillez vous reconnecter.
fault-form-used = Ce formulaire a déjà été utilisé. Veuillez vous reconnecter.
fault-form-other-browser = Ce formulaire a été ouvert dans un autre navigateur, ou avant l’effacement des cookies. Veuillez vous reconnecter.
fault-form-other-request = Ce formulaire correspond à une autre demande. Veuillez vous reconnecter.
fault-form-cross-site = Un autre site a envoyé ce formulaire. Ne vous connectez que si c’est bien ici que vous vouliez le faire.
fault-form-incomplete = Ce formulaire était incomplet. Veuillez vous reconnecter.

## Second factor at the sign-in

factor-title-code = Saisissez votre code
factor-title-passkey = Utilisez votre clé d’accès
factor-text-code = Pour continuer, saisissez le code affiché par votre application d’authentification.
factor-text-passkey = Pour continuer, utilisez votre clé d’accès : votre mot de passe seul ne suffit pas ici.
no-scripts = Votre navigateur n’exécute aucun script ici, et les clés d’accès en ont besoin.
factor-code = Code à six chiffres
factor-without-app = Sans votre application
factor-without-passkey = Sans votre clé d’accès
recovery-code = Code de récupération
recovery-code-rule = L’un des codes que vous avez conservés. Chacun ne fonctionne qu’une fois.
use-recovery-code = Utiliser un code de récupération
sign-in-as-other = Se connecter avec un autre compte
use-passkey = Utiliser une clé d’accès
no-passkey-used = Aucune clé d’accès n’a été utilisée. Veuillez réessayer ou vous connecter avec votre mot de passe.

## Consent: an app asks for access

consent-title = Autoriser l’accès pour { $client } ?
consent-heading = Autoriser l’accès ?
consent-changed = Cette demande a changé pendant que la page était ouverte.
consent-changed-text = Rien n’a encore été autorisé. Veuillez la relire.
consent-asks = { $client } demande l’accès à votre compte { $username }.
consent-native = Une application sur cet appareil reçoit la réponse.
consent-native-text = Nous ne pouvons pas vérifier de quelle application il s’agit. N’autorisez l’accès que si cette demande vient de vous.
consent-asked = Ce que l’application demande
consent-nothing-asked = Elle ne demande aucune autorisation précise.
consent-apis = API qu’elle peut utiliser
consent-profile-here = Votre profil ici
consent-actors = Qui d’autre peut agir pour vous
consent-actors-text = L’application peut transmettre cet accès à :
consent-links = Les pages de l’application : { $links }.
consent-link-website = site web
consent-link-policy = politique de confidentialité
consent-link-terms = conditions d’utilisation
consent-links-unchecked = Personne ici ne les a vérifiées.
consent-answer-goes-to = Votre réponse est envoyée à { $host }.
not-you = Ce n’est pas vous ? Utiliser un autre compte

## Permissions that every app may ask for: each in a list, after "What it asks for"

scope-openid = Savoir qui vous êtes
scope-profile = Voir votre profil, par exemple votre nom
scope-email = Voir votre adresse e-mail
scope-address = Voir votre adresse postale
scope-phone = Voir votre numéro de téléphone
scope-roles = Voir vos rôles
scope-groups = Voir les groupes dont vous faites partie
scope-offline-access = Conserver cet accès en votre absence

## Devices, such as televisions

device-title = Connecter un appareil
device-text = Saisissez le code affiché par votre appareil.
device-code = Code
device-code-rule = Il comporte 8 lettres. Majuscules ou minuscules, espaces et traits d’union n’ont pas d’importance.
device-code-unknown = Ce code est inconnu ou a expiré. Veuillez vérifier le code sur votre appareil.
device-too-many-seconds =
    { $seconds ->
        [one] Il y a eu trop de codes incorrects. Veuillez réessayer dans { $seconds } seconde.
       *[other] Il y a eu trop de codes incorrects. Veuillez réessayer dans { $seconds } secondes.
    }
device-too-many-minutes =
    { $minutes ->
        [one] Il y a eu trop de codes incorrects. Veuillez réessayer dans { $minutes } minute.
       *[other] Il y a eu trop de codes incorrects. Veuillez réessayer dans { $minutes } minutes.
    }
device-consent-title = Autoriser l’accès pour un appareil ?
device-consent-asks = { $client } sur un appareil demande l’accès à votre compte { $username }.
device-consent-code = Votre appareil affiche-t-il ce code ?
device-consent-from = La demande vient de l’adresse { $address }.
device-consent-warning = N’autorisez l’accès que si vous venez de le demander vous-même, sur un appareil qui se trouve devant vous.
device-consent-warning-text = Si quelqu’un vous a envoyé le code ou un lien, refusez : c’est cette personne qui obtiendrait l’accès.
device-consent-answer = L’appareil reçoit votre réponse.
device-allowed-title = Votre appareil est connecté
device-allowed-text = Retournez à l’appareil. Vous pouvez fermer cette page.
device-denied-title = Votre appareil n’obtient aucun accès
device-denied-text = Rien n’a été autorisé. Si cette demande ne vient pas de l’un de vos appareils, vous n’avez rien d’autre à faire.

## On the way back to an app: seen for a moment only

form-post-title = Retour vers { $host }
form-post-heading = Retour à l’application
form-post-text = Redirection en cours vers { $host }.
post-again-title = Un instant
post-again-text = Vous arrivez ici depuis une application.

## An app sent a request that does not work

returned-error-title = Cette demande ne fonctionne pas
returned-error-text = { $client } a envoyé une demande qui ne peut pas être traitée. Aucune session n’a été ouverte.
returned-error-invalid-request = La demande est incomplète, ou elle contient quelque chose qui n’est pas valable.
returned-error-unauthorized-client = L’application n’a pas le droit de faire une demande de cette façon.
returned-error-access-denied = L’accès n’a pas été autorisé.
returned-error-unsupported-response-type = L’application demande un type de réponse qui n’existe pas ici.
returned-error-invalid-scope = L’application demande des autorisations qui n’existent pas ici, ou auxquelles elle n’a pas droit.
returned-error-invalid-target = L’application demande l’accès à une API qui n’est pas connue ici, ou qu’elle n’a pas le droit d’utiliser.
returned-error-nobody-asked = L’application veut une réponse sans vous poser de question, mais vous devez d’abord vous connecter ou décider.
returned-error-signed-request = La demande signée de l’application n’est pas valable ici.
returned-error-request-reference = L’application renvoie à une demande qui n’a pas pu être récupérée, ou qui ne peut pas être utilisée ici.
returned-error-not-supported = L’application fait sa demande d’une façon qui n’est pas prise en charge ici.
returned-error-unmet = L’application exige une façon de se connecter qui n’est pas possible ici.
returned-error-for-app = L’erreur, pour l’équipe de l’application : { $error }
returned-error-continue = Continuer vers { $host }
returned-error-warning = Ne continuez que si vous connaissez cette application. Elle sera informée de l’erreur, mais n’apprendra rien sur vous.

## Sign-out

sign-out-title = Se déconnecter ?
sign-out-asked = { $client } demande à vous déconnecter.
sign-out-next = Vous reviendrez ensuite à { $client } sur { $host }.
stay-signed-in = Garder la session ouverte
signed-out-title = Votre session est fermée
signed-out-text = Votre session est fermée dans ce navigateur. Les applications que vous utilisez encore peuvent mettre un moment à le remarquer.
signed-out-elsewhere-text = La session indiquée par l’application est terminée, dans le navigateur où elle était ouverte. Les applications encore utilisées peuvent mettre un moment à le remarquer.
not-signed-in-title = Aucune session n’est ouverte
not-signed-in-session-text = Aucune session n’est ouverte dans ce navigateur, et celle que l’application a indiquée est introuvable. Rien n’a été modifié.
not-signed-in-text = Aucune session n’est ouverte dans ce navigateur. Rien n’a été modifié.
stayed-title = Votre session est toujours ouverte
stayed-text = Rien n’a été modifié. Vous pouvez fermer cette page.

## Account: overview

account-title = Votre compte
account-change-password = Modifier votre mot de passe
account-factors = Votre deuxième facteur
account-passkeys = Vos clés d’accès
account-email = Votre adresse e-mail
account-download = Télécharger vos données
account-delete = Supprimer votre compte
account-sign-out = Se déconnecter dans ce navigateur
account-names = Votre nom
name = Nom complet
given-name = Prénom
family-name = Nom de famille
save = Enregistrer
account-apps = Applications ayant accès à votre compte
account-no-apps = Aucune application n’a accès.
account-app-host = sur { $host }
account-app-scope = Autorisations : { $scope }
account-app-since = Depuis le { $date }
account-withdraw = Retirer l’accès
account-withdraw-text = Une application dont l’accès est retiré doit vous le redemander. Les jetons qu’elle a déjà peuvent fonctionner encore quelques minutes.
account-sessions = Où votre session est ouverte
account-this-browser = Ce navigateur, session ouverte le { $moment }
account-another-browser = Un autre navigateur, session ouverte le { $moment }
last-used = Dernière utilisation le { $moment }
account-sign-out-there = Fermer cette session
sign-out-others = Fermer toutes les autres sessions
profile-name-unfit = Un nom a au plus 100 caractères, aucun caractère invisible et rien qui ressemble à un lien.
profile-changed-meanwhile = Votre profil a été modifié entre-temps, par vous ou par l’équipe de ce service. Veuillez le vérifier et l’enregistrer de nouveau.

## Account: password

change-password = Modifier le mot de passe
current-password-wrong = Le mot de passe actuel est incorrect.
new-password-unchanged = Le nouveau mot de passe est identique à l’actuel.
password-too-short =
    { $count ->
        [one] Ce mot de passe ne peut pas être utilisé : il a moins de { $count } caractère.
       *[other] Ce mot de passe ne peut pas être utilisé : il a moins de { $count } caractères.
    }
password-too-long = Ce mot de passe ne peut pas être utilisé : il a plus de 1024 octets.
password-bad-characters = Ce mot de passe ne peut pas être utilisé : il contient des caractères de contrôle ou invisibles.
password-is-hash = Ce mot de passe ne peut pas être utilisé : c’est l’empreinte (hash) d’un mot de passe.
password-common = Ce mot de passe ne peut pas être utilisé : il fait partie de ceux qui sont essayés en premier.
password-known-words = Ce mot de passe ne peut pas être utilisé : il se compose du nom ou de l’adresse de la personne, ou du nom de ce site.
password-changed-title = Votre mot de passe est modifié
password-changed-text = Votre session reste ouverte dans ce navigateur.
password-changed-others = Elle est fermée dans tous les autres.
password-changed-factor = Si quelqu’un d’autre connaissait l’ancien mot de passe, vérifiez aussi votre { $factor } : un nouveau mot de passe ne le supprime pas.
password-changed-factors = Si quelqu’un d’autre connaissait l’ancien mot de passe, vérifiez aussi votre { $factor } et vos { $passkeys } : un nouveau mot de passe ne les supprime pas.
password-changed-link-factor = deuxième facteur
password-changed-link-passkeys = clés d’accès

## Forgotten password

forgotten-title = Mot de passe oublié
forgotten-text = Vous recevrez un e-mail avec un lien, où vous définirez un nouveau mot de passe.
username-or-email = Nom d’utilisateur ou adresse e-mail
send-mail = Envoyer l’e-mail
mail-form-no-cookie = Votre navigateur n’a envoyé aucun cookie. Autorisez les cookies pour ce site et renvoyez le formulaire.
mail-form-over = Ce formulaire est resté ouvert trop longtemps ou appartient à une autre page. Renvoyez-le.
mail-too-many =
    { $seconds ->
        [one] Trop d’e-mails ont été demandés d’ici. Attendez { $seconds } seconde et renvoyez le formulaire.
       *[other] Trop d’e-mails ont été demandés d’ici. Attendez { $seconds } secondes et renvoyez le formulaire.
    }
mail-sent-title = Consultez vos e-mails
forgotten-sent-text = S’il existe un compte avec ce nom ou cette adresse, et s’il a une adresse confirmée, un e-mail avec un lien vient d’être envoyé.
forgotten-sent-more = Le lien fonctionne pendant une demi-heure. Si aucun e-mail n’arrive, regardez parmi les indésirables ou adressez-vous à l’équipe de ce service.
reset-title = Définir un nouveau mot de passe
reset-account = Pour le compte { $username }.
reset-consequences = Vos sessions seront fermées dans tous les navigateurs. Les applications n’obtiendront plus de nouveaux jetons avec ce que vous aviez autorisé : elles devront vous renvoyer ici.
set-password = Définir le mot de passe
reset-done-title = Votre mot de passe est défini
reset-done-text = Vos sessions sont fermées dans tous les navigateurs. Connectez-vous avec votre nouveau mot de passe.
reset-done-factors = Si quelqu’un d’autre connaissait l’ancien mot de passe, vérifiez aussi les clés d’accès et les deuxièmes facteurs de votre compte : un nouveau mot de passe ne les supprime pas.

## New accounts

sign-up-text = Vous recevrez un e-mail avec un lien, où vous choisirez un nom et un mot de passe.
sign-up-have-account = J’ai déjà un compte
address-malformed = Ce n’est pas une adresse du type ada@example.org.
address-not-admitted = Les adresses de ce domaine ne peuvent pas être utilisées ici. Utilisez une adresse de votre organisation.
sign-up-sent-text = Un e-mail vient d’être envoyé à cette adresse. Ouvrez son lien dans la demi-heure.
sign-up-sent-more = Si aucun e-mail n’arrive, regardez parmi les indésirables ou adressez-vous à l’équipe de ce service.
new-account-title = Créez votre compte
new-account-name-rule = Le nom avec lequel vous vous connectez, sans espaces. Votre adresse peut vous servir de nom. Les applications peuvent le voir.
create-the-account = Créer le compte
name-malformed = Ce nom ne peut pas être utilisé : un nom a de 1 à 128 octets, sans espaces ni caractères invisibles.
name-unusual = Ce nom ne peut pas être utilisé : il contient des lettres ou des signes qu’un nom ne peut pas avoir, comme des ligatures et des émojis.
name-link = Ce nom ne peut pas être utilisé : un nom ne contient aucun des signes { $signs } et ne commence pas par www.
name-another-address = Ce nom ne peut pas être utilisé : un nom avec @ doit être votre propre adresse.
name-taken = Ce nom est déjà pris. Choisissez-en un autre.
name-too-many =
    { $seconds ->
        [one] Trop de noms ont été essayés. Attendez { $seconds } seconde et renvoyez le formulaire.
       *[other] Trop de noms ont été essayés. Attendez { $seconds } secondes et renvoyez le formulaire.
    }
new-account-done-title = Votre compte est prêt
new-account-done-text = Connectez-vous avec votre nom et votre mot de passe. Si vous venez d’une application, vous pourrez ensuite y continuer.

## Account: email address. Its title is account-email.

email-none = Votre compte n’a pas d’adresse.
email-confirmed = Votre adresse est { $address }, et elle est confirmée.
email-unconfirmed = Votre adresse est { $address }, et elle n’est pas confirmée.
email-text = Les e-mails sur votre compte sont envoyés à une adresse confirmée. Elle permet aussi de remplacer un mot de passe oublié.
email-to-confirm = Adresse à confirmer
email-send = Envoyer un e-mail
email-sent-text = Un e-mail avec un lien vient d’être envoyé à cette adresse. Ouvrez le lien dans ce navigateur, dans la demi-heure.
email-sent-more = D’ici là, votre adresse reste inchangée.
confirm-title = Confirmez votre adresse
confirm-text = Les e-mails sur votre compte seront désormais envoyés à { $address }.
confirm-address = Confirmer l’adresse
confirm-leave = Ne rien changer

## Account: second factor. Its title is account-factors.

factors-app = Application d’authentification
factors-app-text = Ajoutée le { $date }. Après votre mot de passe, le code qu’elle affiche vous est demandé.
factors-remove = Supprimer l’application et les codes
factors-remove-app = Supprimer l’application
factors-codes = Codes de récupération
factors-codes-left =
    { $count ->
        [one] Il reste { $count } code. De nouveaux codes les remplacent tous.
       *[other] Il reste { $count } codes. De nouveaux codes les remplacent tous.
    }
factors-new-codes = Créer de nouveaux codes
factors-changed-meanwhile = Votre deuxième facteur a été modifié entre-temps. Veuillez le vérifier et réessayer.
factors-needed =
    { $count ->
        [one] Votre mot de passe est trop court pour se passer de l’application. Définissez-en d’abord un d’au moins { $count } caractère.
       *[other] Votre mot de passe est trop court pour se passer de l’application. Définissez-en d’abord un d’au moins { $count } caractères.
    }
new-factor-title = Ajouter une application d’authentification
new-factor-text = Avec une application, votre mot de passe seul ne suffit plus pour vous connecter.
new-factor-demanded = Les applications n’acceptent votre connexion qu’avec un deuxième facteur. Ajoutez-en un pour continuer.
new-factor-passkey = Ajouter une clé d’accès à la place
new-factor-scan = Scannez cette image avec l’application, ou saisissez-y la clé ci-dessous.
new-factor-picture = Image de la clé, pour l’appareil photo de votre application
new-factor-type = Saisissez cette clé dans l’application.
new-factor-key = La clé n’est affichée qu’ici. Personne d’autre ne doit la voir.
new-factor-code = Code à six chiffres que l’application affiche maintenant
new-factor-add = Ajouter l’application
new-factor-wrong = Le code est incorrect. Veuillez attendre le suivant et vérifier l’heure de votre appareil.
recovery-codes-title = Vos codes de récupération
recovery-codes-app-added = Votre application est ajoutée.
recovery-codes-passkey-added = Votre clé d’accès est ajoutée.
recovery-codes-text = Conservez ces codes là où vous les trouverez sans votre application ni votre clé d’accès, par exemple sur papier. Chacun vous permet de vous connecter une fois, après votre mot de passe.
recovery-codes-once = Ils ne sont affichés qu’ici. Les codes précédents ne fonctionnent plus.
recovery-codes-kept = Je les ai conservés

## Account: passkeys. Their title is account-passkeys.

passkeys-text = Avec une clé d’accès, vous vous connectez en déverrouillant votre appareil, sans votre mot de passe.
passkeys-none = Vous n’avez aucune clé d’accès.
passkey-added = Ajoutée le { $date }
passkey-unused = Pas encore utilisée
passkey-elsewhere = Créée pour { $host } : elle ne fonctionne pas ici
passkey-new-name = Nouveau nom
rename = Renommer
passkey-is-last = C’est mon seul facteur en plus du mot de passe. Les applications qui en exigent un me refuseront l’accès.
remove = Supprimer
passkeys-apps-have-to-ask = Quand une clé d’accès est supprimée, les applications n’obtiennent plus de nouveaux jetons avec ce que vous aviez autorisé : elles doivent vous renvoyer ici.
passkey-demanded = Les applications n’acceptent votre connexion qu’avec une clé d’accès. Ajoutez-en une pour continuer.
add-passkey = Ajouter une clé d’accès
passkey-name = Nom, par exemple celui de votre appareil
no-passkey-made = Aucune clé d’accès n’a été créée. Veuillez réessayer. Un appareil qui en a déjà une n’en crée pas de deuxième.
passkey-not-usable = Votre appareil n’a pas créé de clé d’accès utilisable ici. Veuillez réessayer ou utiliser un autre appareil.
passkeys-changed-meanwhile = Vos clés d’accès ont été modifiées entre-temps, ou il y en a déjà vingt. Veuillez les vérifier et réessayer.
passkey-confirm-last = C’est votre seul facteur en plus du mot de passe. Confirmez que vous voulez le supprimer.

## Account: the end of it. Its title is account-delete.

delete-text = Votre compte sera supprimé immédiatement et définitivement. Vos sessions seront fermées partout et les applications perdront leur accès. Ce que les applications conservent elles-mêmes y restera.
delete-the-account = Supprimer le compte
deleted-title = Votre compte est supprimé
deleted-text = Vos sessions sont fermées partout, et aucune application n’a plus accès.

## Problems: titles

problem-try-again = Veuillez réessayer
problem-sign-in-again = Veuillez vous reconnecter
problem-not-found = Cette page n’existe pas
problem-not-found-text = L’adresse est incorrecte.
problem-method = Cela ne fonctionne pas
problem-method-text = Cette page ne peut pas être demandée de cette façon.
problem-unreadable = Cette demande est illisible
problem-unreadable-text = La demande est trop longue, ou elle n’est pas codée comme il le faudrait.
problem-form-unreadable = Ce formulaire est illisible
problem-form-unreadable-text = Revenez en arrière et réessayez.
problem-form-expired = Ce formulaire est resté ouvert trop longtemps
problem-form-used = Ce formulaire a déjà été utilisé
problem-form-other-browser = Ce formulaire appartient à une autre connexion
problem-form-other-request = Ce formulaire appartient à une autre demande
problem-form-other-page = Ce formulaire appartient à une autre page
problem-form-cross-site = Ce formulaire vient d’un autre site
problem-form-no-cookie = Votre navigateur n’a envoyé aucun cookie
problem-form-incomplete = Ce formulaire est incomplet

## Problems with the request of an app

ask-the-app = Retournez à l’application et recommencez. Si cela se reproduit, signalez-le à l’équipe de l’application.
problem-app-set-up = Cette application n’est pas configurée correctement
problem-no-client-id = La demande n’indique pas de quelle application vous venez (client_id).
problem-bad-redirect-uri = La demande n’indique pas correctement où la réponse doit être envoyée (redirect_uri).
problem-state-too-long = L’application a envoyé une valeur state de plus de 8192 octets, qui ne peut pas lui être rendue en entier.
problem-two-requests = L’application a envoyé deux demandes en une (request et request_uri).
problem-client-unknown = L’application d’où vous venez est inconnue ou désactivée.
problem-redirect-uri-unregistered = L’application demande une réponse à une adresse qui n’est pas enregistrée pour elle.
problem-redirect-uri-unregistered-local = L’application demande une réponse à une adresse qui n’est pas enregistrée pour elle. La demande contient { $asked }. Enregistré : { $registered }.
problem-no-redirect-uri = L’application n’indique pas où la réponse doit être envoyée (redirect_uri).
problem-signed-malformed = L’application a envoyé une demande signée qui est incomplète ou qui n’a pas la bonne forme.
problem-signed-unsigned = L’application a envoyé une demande qui n’est pas signée comme elle devrait l’être.
problem-signed-for-another = L’application a envoyé une demande signée destinée à une autre application ou à un autre site.
problem-signed-early = L’application a envoyé une demande signée qui n’est pas encore valable. Son horloge est peut-être mal réglée.
problem-signed-expired = La demande signée de l’application a expiré.
problem-signed-too-long = L’application a envoyé une demande signée qui est valable plus longtemps que ce qui est permis ici.
problem-signed-request = L’application a envoyé une demande signée qui n’est pas valable ici.
problem-over = Cette demande n’est plus valable
problem-pushed-used = Elle a déjà reçu une réponse. Rien n’a été fait une deuxième fois.
problem-pushed-expired = Elle est restée ouverte trop longtemps.
problem-pushed-unknown = L’application renvoie à une demande qu’elle n’a pas faite ici, ou qu’elle a faite il y a longtemps (request_uri).
problem-device-over = Son code a expiré, ou quelqu’un y a répondu. Rien n’a été fait une deuxième fois.
problem-factor-missing = Il vous faut un deuxième facteur
problem-factor-missing-text = Cette application exige un deuxième facteur. Ajoutez-en un sur la page de votre compte et recommencez.
problem-app-unrecognised = Cette application ne peut pas être reconnue
problem-document-not-fetched = L’application se décrit à une adresse qui ne répond pas comme elle le devrait. Veuillez réessayer plus tard.
problem-too-many-apps = Trop d’applications ont été consultées d’ici. Veuillez réessayer dans une minute.
problem-document-unusable = L’application se décrit d’une façon qui ne peut pas être utilisée ici ({ $member }).
problem-sign-in-down = La connexion ne fonctionne pas pour le moment. Veuillez réessayer dans une minute.

## Problems with the form of the consent page: below the titles of forms

consent-form-used = Votre décision a déjà été envoyée. Rien n’a été fait une deuxième fois.
consent-form-expired = Un formulaire est valable une demi-heure. Rien n’a été autorisé.
consent-form-other-browser = Il a été ouvert avant votre dernière connexion, ou dans un autre navigateur. Rien n’a été autorisé.
consent-form-other-request = Le formulaire et la demande ne correspondent pas. Rien n’a été autorisé.
consent-form-cross-site = Rien n’a été autorisé.
consent-form-no-cookie = Autorisez les cookies pour ce site. Rien n’a été autorisé.
consent-form-incomplete = Il en manque une partie, ou il n’a pas été créé ici. Rien n’a été autorisé.
continue-if-app-did-not = Si l’application n’a pas continué, continuez ici.
continue-to-decide = Si vous voulez décider, continuez ici.
continue-to-be-asked = Continuez ici pour revoir la question.

## Problems with a sign-out

problem-sign-out = Cette demande de déconnexion ne peut pas être traitée
sign-out-repeated = L’application d’où vous venez a fait une erreur : un paramètre est présent plusieurs fois.
sign-out-client-id = L’application d’où vous venez a fait une erreur : client_id est mal formé.
sign-out-redirect-uri = L’application d’où vous venez a fait une erreur : post_logout_redirect_uri n’est pas un URI absolu sans fragment.
sign-out-state = L’application d’où vous venez a fait une erreur : state dépasse 8192 octets.
sign-out-bad-hint = L’application d’où vous venez n’a pas prouvé correctement son identité (id_token_hint).
sign-out-unregistered = L’application veut vous faire revenir à une adresse qui n’est pas enregistrée pour elle (post_logout_redirect_uri).
sign-out-still-signed-in = Votre session est toujours ouverte.
sign-out-here = Votre session est toujours ouverte. Si vous voulez vous déconnecter, vous pouvez le faire ici.
sign-out-down = La déconnexion ne fonctionne pas pour le moment : votre session est peut-être encore ouverte. Veuillez réessayer dans une minute.

## Problems with the account

account-nothing-changed = Rien n’a été modifié. Continuez vers votre compte et réessayez là-bas.
problem-link-over = Ce lien ne fonctionne plus
problem-link-over-text = Un lien fonctionne une fois, pendant une demi-heure, et tant que le mot de passe ou l’adresse ne change pas. Demandez-en un nouveau.
problem-sign-up-over-text = Un lien fonctionne une fois, et pour une durée limitée. Si vous avez un compte à présent, connectez-vous. Sinon, demandez un nouveau lien.
problem-address-taken = Un autre compte a cette adresse
problem-address-taken-text = Une adresse appartient à un seul compte. Rien n’a été modifié.
account-down = Votre compte est inaccessible pour le moment. Vérifiez dans une minute si votre modification a été enregistrée.

## Mails
## The first message of each is its subject. Values have no bold type here.

mail-link = { $label } :
mail-copy-address = Si le bouton ne fonctionne pas, copiez cette adresse dans votre navigateur :
mail-link-minutes =
    { $minutes ->
        [one] Le lien fonctionne une fois, pendant { $minutes } minute.
       *[other] Le lien fonctionne une fois, pendant { $minutes } minutes.
    }
mail-link-until = Le lien fonctionne une fois, jusqu’au { $date }.
mail-if-you = Si c’était vous, vous n’avez rien à faire.
mail-if-you-cannot = Si vous n’y arrivez pas, signalez-le à l’équipe de ce service.
mail-if-not-you-password = Si ce n’était pas vous, définissez maintenant un nouveau mot de passe
mail-if-not-you-factors = Si ce n’était pas vous, vérifiez maintenant vos clés d’accès et vos deuxièmes facteurs

mail-reset-text = Quelqu’un a demandé à définir un nouveau mot de passe pour votre compte { $username }.
mail-reset-ignore = Si ce n’était pas vous, ignorez cet e-mail. Votre mot de passe reste inchangé.

mail-confirm-text = Une personne connectée a demandé à utiliser cette adresse pour un compte.
mail-confirm-minutes =
    { $minutes ->
        [one] Ouvrez le lien dans le navigateur où votre session est ouverte. Il fonctionne une fois, pendant { $minutes } minute.
       *[other] Ouvrez le lien dans le navigateur où votre session est ouverte. Il fonctionne une fois, pendant { $minutes } minutes.
    }
mail-confirm-ignore = Si ce n’était pas vous, ignorez cet e-mail. Rien n’a été modifié.

mail-sign-up-text = Quelqu’un a demandé à créer un compte avec cette adresse.
mail-invitation = Vous avez reçu une invitation
mail-invitation-text = Vous avez reçu une invitation à créer un compte avec cette adresse.
mail-new-account-ignore = Si vous ne vous y attendiez pas, ignorez cet e-mail. Aucun compte n’existe tant que le lien n’est pas utilisé.

mail-has-account = Vous avez déjà un compte
mail-has-account-text = Quelqu’un voulait créer un compte avec cette adresse. Elle en a déjà un : { $username }.
mail-has-account-advice = Connectez-vous avec celui-ci. Si vous ne connaissez plus le mot de passe, définissez-en un nouveau.
mail-has-account-ignore = Si ce n’était pas vous, ignorez cet e-mail. Rien n’a été modifié.

mail-password = Votre mot de passe a été modifié
mail-password-by-mail = Un nouveau mot de passe a été défini pour votre compte { $username }, avec un lien reçu par e-mail.
mail-password-changed = Le mot de passe de votre compte { $username } a été modifié.
mail-password-then = Vérifiez ensuite vos clés d’accès et vos deuxièmes facteurs : un nouveau mot de passe ne les supprime pas.

mail-factor-added = Un deuxième facteur a été ajouté
mail-factor-added-text = Une application d’authentification a été ajoutée à votre compte { $username }.
mail-factor-removed = Votre deuxième facteur a été supprimé
mail-factor-removed-text = L’application d’authentification a été supprimée de votre compte { $username }.
mail-passkey-added = Une clé d’accès a été ajoutée
mail-passkey-added-text = Une clé d’accès a été ajoutée à votre compte { $username }.
mail-passkey-removed = Une clé d’accès a été supprimée
mail-passkey-removed-text = Une clé d’accès a été supprimée de votre compte { $username }.
mail-new-codes = De nouveaux codes de récupération ont été créés
mail-new-codes-text = De nouveaux codes de récupération ont été créés pour votre compte { $username }.
mail-code-used = Un code de récupération a été utilisé
mail-code-used-text = Un code de récupération a été utilisé pour se connecter à votre compte { $username }.
mail-factors-then = Supprimez ce qui n’est pas à vous et définissez un nouveau mot de passe : à lui seul, il ne supprime ni clé d’accès ni application.

mail-address = Votre adresse a été modifiée
mail-address-text = Le compte { $username } a maintenant une autre adresse. Les e-mails à son sujet n’arrivent plus ici.
mail-if-not-you-sign-in = Si ce n’était pas vous, connectez-vous et changez maintenant de mot de passe

mail-deleted-text = Votre compte { $username } a été supprimé, comme vous l’avez demandé.
mail-deleted-not-you = Si ce n’était pas vous, signalez-le à l’équipe de ce service.
