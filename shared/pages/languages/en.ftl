### The texts that people read in a browser or in a mail, in English.
###
### For translators:
### - The other files of this folder have exactly these messages, with the same arguments. Keep the names before the `=`.
### - An argument, such as { $username }, stands for a value. Place it where your language needs it. Some values are shown
###   in bold type, which happens without you. A text has no HTML: no <, no >, no &.
### - { $count -> [one] ... *[other] ... } chooses by the plural rules of the language. Use the categories that yours has:
###   Japanese needs none of this, Arabic has zero, one, two, few, many and other.
### - Speak to the person politely and plainly, in short sentences. The reader is not a developer.
### - Use one word for one thing: app (the program or site that a person signs in to), account, passkey, second factor,
###   authenticator app, recovery code, device (such as a television), tokens, scope.
### - Words between parentheses such as (client_id) are names in protocols. They stay as they are.

## Frame: around every page

# The title of a page with a form that has to be corrected. $title: the usual title of the page.
error-in-title = Error: { $title }
# The links below every page. An operator gives their addresses.
link-help = Help
link-privacy = Privacy
link-imprint = Imprint
# Below a problem. $id: a code that support finds in a log.
request-id = Request ID, if you ask for help: { $id }

## Dates and lists

# $day: the day of the month. $month: one of the names below. $year: the year.
date = { $day } { $month } { $year }
# $date: a date as above. $hours and $minutes: two digits each. The time is in UTC.
moment = { $date }, { $hours }:{ $minutes } UTC
# A day that is too far away. $year: 9999.
date-end = the end of { $year }
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December
# Joins the parts of a list. $before: the list so far. $next: its next part.
list = { $before }, { $next }

## Words that several pages have

# Labels of fields.
username = Username
password = Password
current-password = Current password
new-password = New password
email-address = Email address
# Below the field for a new password. $count: the fewest characters, a number from 8 to 64.
password-rule =
    { $count ->
        [one] At least { $count } character. Several words with spaces are good. Your name and well-known passwords are not.
       *[other] At least { $count } characters. Several words with spaces are good. Your name and well-known passwords are not.
    }
# Buttons.
continue = Continue
sign-in = Sign in
sign-out = Sign out
allow = Allow
deny = Deny
# A link on every page below the account.
back-to-account = Back to your account
# A link or button.
back-to-sign-in = Back to the sign-in
# $username: the name of the person, in bold type.
signed-in-as = You are signed in as { $username }.
# What happens to apps when the password is changed.
apps-have-to-ask = Apps get no new tokens with what you allowed before: they have to send you here again.

## An app that nobody checked: in a box on the pages where people decide about it

# The first sentence of the box, in bold type. $date: a day.
registered-itself = This app registered itself on { $date }.
# The first sentence of the box, in bold type. $host: the name of a site, such as client.example.
describes-itself = This app describes itself at { $host }.
# The rest of the box. $host: the name of the site to which the person returns, in bold type.
nobody-checked = Nobody here checked its name or who runs it. It answers at { $host }.

## Sign-in

# The title in the browser's tab. $client: the name of the app.
sign-in-title = Sign in to { $client }
# $client: the name of the app, in bold type.
sign-in-for-app = You sign in to continue to { $client }.
# A link.
forgot-password = Forgot your password?
# A link, and the heading of the page to which it leads.
create-an-account = Create an account
# A heading.
sign-in-next = Where you go next
# Under that heading, if a device such as a television waits for the person.
sign-in-next-device = After you sign in, you see what the device asks for, and decide. Your password stays here.
# Under that heading. $host: the name of a site, in bold type.
sign-in-next-app = After you sign in, you return to { $host }. Your password stays here.

## Sign-in to the account

account-sign-in-title = Sign in to your account
account-sign-in-text = You sign in to see and change your account.
account-sign-in-again = Your sign-in is too old, or did not include your passkey or second factor. Please sign in again before you change your account.

## Why a sign-in failed: in a red box above the form

fault-password = The username or the password is not right. Please try again.
fault-code = The code is not right, or it was used before. Please wait for the next one, and try again.
fault-passkey-used = This passkey was used in the same moment, or with a form that was sent before. Please try again.
fault-passkey-of-another = This passkey belongs to another account. Please use one of yours, or sign in with your password.
fault-passkey = This passkey does not work here. Please use another one, or sign in with your password.
# $seconds: a number below 120.
fault-too-many-seconds =
    { $seconds ->
        [one] There were too many wrong attempts. Please try again in { $seconds } second.
       *[other] There were too many wrong attempts. Please try again in { $seconds } seconds.
    }
# $minutes: a number from 2.
fault-too-many-minutes =
    { $minutes ->
        [one] There were too many wrong attempts. Please try again in { $minutes } minute.
       *[other] There were too many wrong attempts. Please try again in { $minutes } minutes.
    }
fault-form-no-cookie = Your browser sent no cookie back. Please allow cookies for this site, and then sign in again.
fault-form-expired = This form was open for too long. Please sign in again.
fault-form-used = This form was used before. Please sign in again.
fault-form-other-browser = This form was opened in another browser, or before the cookies were cleared. Please sign in again.
fault-form-other-request = This form was made for another request. Please sign in again.
fault-form-cross-site = Another site sent this form. Sign in only if you meant to do so here.
fault-form-incomplete = This form was not complete. Please sign in again.

## Second factor at the sign-in

# Titles and headings.
factor-title-code = Enter your code
factor-title-passkey = Use your passkey
factor-text-code = To continue, enter the code that your authenticator app shows.
factor-text-passkey = To continue, use your passkey: your password alone is not enough here.
# Shown in a browser that runs no scripts.
no-scripts = Your browser runs no scripts here, and passkeys need one.
# The label of a field.
factor-code = Code of six digits
# A heading above the form for a recovery code.
factor-without-app = Without your app
# The same, for a person who has passkeys and no app.
factor-without-passkey = Without your passkey
# The label of a field.
recovery-code = Recovery code
# Below that field.
recovery-code-rule = One of the codes that you kept. Each works once.
# A button.
use-recovery-code = Use a recovery code
# A link.
sign-in-as-other = Sign in as someone else
# A button.
use-passkey = Use a passkey
# In a red box.
no-passkey-used = No passkey was used. Please try again, or sign in with your password.

## Consent: an app asks for access

# The title in the browser's tab. $client: the name of the app.
consent-title = Allow access for { $client }?
# The heading.
consent-heading = Allow access?
# In a box, in bold type; the next one goes on after it.
consent-changed = This request changed while the page was open.
consent-changed-text = Nothing was allowed yet. Please read it again.
# $client: the name of the app. $username: the name of the person. Both are in bold type.
consent-asks = { $client } asks for access to your account { $username }.
# In a box, in bold type; the next one goes on after it.
consent-native = An app on this device receives the answer.
consent-native-text = We cannot check which app that is. Allow this only if you started it yourself.
# A heading above a list of permissions.
consent-asked = What it asks for
consent-nothing-asked = It asks for no named permission.
# A heading above a list of addresses.
consent-apis = APIs it may use
# Beside the address of this server in that list.
consent-profile-here = Your profile here
# A heading above a list of other services.
consent-actors = Who else may act for you
consent-actors-text = The app can hand this access on to:
# $links: one to three of the links that follow, joined as a list.
consent-links = The app's own pages: { $links }.
# Links in the middle of the sentence above.
consent-link-website = website
consent-link-policy = privacy policy
consent-link-terms = terms of service
# After the sentence above.
consent-links-unchecked = Nobody here checked them.
# Beside the buttons. $host: the name of a site, in bold type.
consent-answer-goes-to = Your answer goes to { $host }.
# A link.
not-you = Not you? Use another account

## Permissions that every app may ask for: each in a list, after "What it asks for"

scope-openid = Know who you are
scope-profile = See your profile, such as your name
scope-email = See your email address
scope-address = See your postal address
scope-phone = See your phone number
scope-roles = See your roles
scope-groups = See the groups you belong to
scope-offline-access = Keep this access while you are away

## Devices, such as televisions

# Title and heading of the page for a code.
device-title = Connect a device
device-text = Enter the code that your device shows.
# The label of a field.
device-code = Code
# Below the field.
device-code-rule = It has 8 letters. Small letters, spaces and hyphens do not matter.
# In a red box.
device-code-unknown = This code is not known, or it has expired. Please check the code on your device.
# In a red box. $seconds: a number below 120.
device-too-many-seconds =
    { $seconds ->
        [one] There were too many wrong codes. Please try again in { $seconds } second.
       *[other] There were too many wrong codes. Please try again in { $seconds } seconds.
    }
# In a red box. $minutes: a number from 2.
device-too-many-minutes =
    { $minutes ->
        [one] There were too many wrong codes. Please try again in { $minutes } minute.
       *[other] There were too many wrong codes. Please try again in { $minutes } minutes.
    }
# Title and heading of the page that asks.
device-consent-title = Allow access for a device?
# $client: the name of the app. $username: the name of the person. Both are in bold type.
device-consent-asks = { $client } on a device asks for access to your account { $username }.
# A heading above the code.
device-consent-code = Does your device show this code?
# $address: an IP address, in bold type.
device-consent-from = The request came from the address { $address }.
# In a box, in bold type; the next one goes on after it.
device-consent-warning = Allow this only if you started it yourself, just now, on a device in front of you.
device-consent-warning-text = If someone sent you the code or a link, deny it: that person would get the access.
# Beside the buttons.
device-consent-answer = The device gets your answer.
# Titles and texts of the last page.
device-allowed-title = Your device is connected
device-allowed-text = Go back to it. You can close this page.
device-denied-title = Your device gets no access
device-denied-text = Nothing was allowed. If you did not start this on a device of your own, there is nothing more to do.

## On the way back to an app: seen for a moment only

# The title in the browser's tab. $host: the name of a site.
form-post-title = Back to { $host }
form-post-heading = Back to the app
# $host: the name of a site, in bold type.
form-post-text = You are on your way to { $host }.
# Heading and text of another page that is seen for a moment only: an app sent the person here with a form.
post-again-title = One moment
post-again-text = An app sent you here.

## An app sent a request that does not work

# Title and heading.
returned-error-title = This request does not work
# $client: the name of the app, in bold type.
returned-error-text = { $client } sent you here, and its request cannot be carried out. You are not signed in.
# What is wrong with the request: one of these.
returned-error-invalid-request = The request is not complete, or something in it is not valid.
returned-error-unauthorized-client = The app may not ask in this way.
returned-error-access-denied = The access was not allowed.
returned-error-unsupported-response-type = The app wants a kind of answer that is not given here.
returned-error-invalid-scope = The app asks for permissions that do not exist here, or that it may not have.
returned-error-invalid-target = The app asks for access to an API that is not known here, or that it may not use.
returned-error-nobody-asked = The app wants an answer without asking you, but you have to sign in or decide first.
returned-error-signed-request = The app's signed request is not accepted here.
returned-error-request-reference = The app refers to a request that could not be fetched, or that cannot be used here.
returned-error-not-supported = The app asks in a way that is not supported here.
returned-error-unmet = The app demands a way of signing in that is not possible here.
# $error: the name of an error in a protocol, such as invalid_scope.
returned-error-for-app = The error for the people who run the app: { $error }
# A button. $host: the name of a site.
returned-error-continue = Continue to { $host }
returned-error-warning = Continue only if you know this app. It learns of the error, and nothing about you.

## Sign-out

# Title and heading.
sign-out-title = Sign out?
# $client: the name of an app, in bold type.
sign-out-asked = { $client } asks to sign you out.
# $client: the name of an app. $host: the name of its site. Both are in bold type.
sign-out-next = Afterwards you return to { $client } at { $host }.
# A button.
stay-signed-in = Stay signed in
# Titles and texts of the last page.
signed-out-title = You are signed out
signed-out-text = You are signed out on this browser. Apps that you are still using may take a moment to notice.
signed-out-elsewhere-text = The session that the app named has ended, on the browser where it was. Apps that are still in use may take a moment to notice.
not-signed-in-title = You are not signed in
not-signed-in-session-text = Nobody is signed in on this browser, and the session that the app named was not found. Nothing was changed.
not-signed-in-text = Nobody is signed in on this browser. Nothing was changed.
stayed-title = You are still signed in
stayed-text = Nothing was changed. You can close this page.

## Account: overview

# Title and heading.
account-title = Your account
# Links.
account-change-password = Change your password
account-factors = Your second factor
account-passkeys = Your passkeys
account-email = Your email address
account-download = Download your data
account-delete = Delete your account
account-sign-out = Sign out on this browser
# A heading above three fields, and their labels.
account-names = Your name
name = Name
given-name = Given name
family-name = Family name
# A button.
save = Save
# A heading above a list of apps.
account-apps = Apps with access to your account
account-no-apps = No app has access.
# After the name of an app. $host: the name of its site.
account-app-host = at { $host }
# $scope: permissions, joined as a list: in words, or as names such as orders:read.
account-app-scope = Permissions: { $scope }
# $date: a day.
account-app-since = Since { $date }
# A button.
account-withdraw = Withdraw access
account-withdraw-text = An app whose access is withdrawn has to ask you again. Tokens that it already has may work for some minutes.
# A heading above a list of browsers.
account-sessions = Where you are signed in
# $moment: a day and a time.
account-this-browser = This browser, signed in on { $moment }
# $moment: a day and a time.
account-another-browser = Another browser, signed in on { $moment }
# $moment: a day and a time. Also used for passkeys.
last-used = Last used on { $moment }
# A button.
account-sign-out-there = Sign out there
# A button, and the label of a box to tick.
sign-out-others = Sign out on all other browsers
# In a red box.
profile-name-unfit = A name has at most 100 characters, none that is invisible, and nothing that looks like a link.
profile-changed-meanwhile = Your profile was changed meanwhile, by you or by an operator. Please look at it, and save again.

## Account: password

# A button. The title of its page is account-change-password.
change-password = Change password
# In a red box.
current-password-wrong = The current password is not right.
new-password-unchanged = The new password is the current one.
# In a red box. $count: the fewest characters.
password-too-short =
    { $count ->
        [one] This password cannot be used: it has fewer than { $count } character.
       *[other] This password cannot be used: it has fewer than { $count } characters.
    }
password-too-long = This password cannot be used: it has more than 1024 bytes.
password-bad-characters = This password cannot be used: it has control characters or invisible ones.
password-is-hash = This password cannot be used: it is the hash of a password.
password-common = This password cannot be used: it is one of the passwords that attackers try first.
password-known-words = This password cannot be used: it consists of your name or address, or of the name of this site.
# Title and heading.
password-changed-title = Your password is changed
password-changed-text = You stay signed in on this browser.
# After the sentence above.
password-changed-others = You are signed out on all others.
# $factor: the first of the links below.
password-changed-factor = If someone else knew the former password, look at your { $factor } too: a new password removes none of them.
# The same where there are passkeys. $factor and $passkeys: the links below.
password-changed-factors = If someone else knew the former password, look at your { $factor } and your { $passkeys } too: a new password removes none of them.
# Links in the middle of the sentences above.
password-changed-link-factor = second factor
password-changed-link-passkeys = passkeys

## Forgotten password

# Title and heading.
forgotten-title = Forgotten password
forgotten-text = You get a mail with a link, and set a new password there.
# The label of a field.
username-or-email = Username or email address
# A button.
send-mail = Send the mail
# In a red box.
mail-form-no-cookie = Your browser sent no cookie. Allow cookies for this site, and send the form again.
mail-form-over = This form was open for too long, or belongs to another page. Send it again.
# In a red box. $seconds: a number.
mail-too-many =
    { $seconds ->
        [one] Too many mails were asked for from here. Wait { $seconds } second, and send the form again.
       *[other] Too many mails were asked for from here. Wait { $seconds } seconds, and send the form again.
    }
# The title of a page after a mail was asked for.
mail-sent-title = Check your mail
forgotten-sent-text = If there is an account with this name or address, and it has a confirmed address, a mail with a link is on its way.
forgotten-sent-more = The link works for half an hour. If no mail comes, check your spam folder, or ask the people who run this service.
# Title and heading of the page of the link.
reset-title = Set a new password
# $username: the name of the person, in bold type.
reset-account = For the account { $username }.
reset-consequences = You are signed out on all browsers. Apps get no new tokens with what you allowed before: they have to send you here again.
# A button.
set-password = Set the password
# Title and text after that.
reset-done-title = Your password is set
reset-done-text = You are signed out on all browsers. Sign in with your new password.
reset-done-factors = If someone else knew the former one, look at the passkeys and second factors of your account too: a new password removes none of them.

## New accounts

sign-up-text = You get a mail with a link, and choose a name and a password there.
# A link.
sign-up-have-account = I have an account already
# In a red box.
address-malformed = This is not an address like ada@example.org.
address-not-admitted = Addresses of this domain cannot be used here. Use an address of your organisation.
sign-up-sent-text = A mail is on its way to this address. Open its link within half an hour.
sign-up-sent-more = If no mail comes, check your spam folder, or ask the people who run this service.
# Title and heading of the page of the link.
new-account-title = Create your account
# Below the field for the username.
new-account-name-rule = The name that you sign in with, without spaces. Your address may be your name. Apps may see it.
# A button. Also the label of the button in mails.
create-the-account = Create the account
# In a red box.
name-malformed = This name cannot be used: a name has 1 to 128 bytes, without spaces and characters that are invisible.
name-unusual = This name cannot be used: it has letters or signs that a name cannot have, such as ligatures and emoji.
# $signs: some signs, with spaces between them.
name-link = This name cannot be used: a name has none of the signs { $signs }, and does not begin with www.
name-another-address = This name cannot be used: a name with an @ must be your own address.
name-taken = This name is taken. Choose another one.
# In a red box. $seconds: a number.
name-too-many =
    { $seconds ->
        [one] Too many names were tried. Wait { $seconds } second, and send the form again.
       *[other] Too many names were tried. Wait { $seconds } seconds, and send the form again.
    }
# Title and text after that.
new-account-done-title = Your account is ready
new-account-done-text = Sign in with your name and your password. If an app sent you here, it goes on from there.

## Account: email address. Its title is account-email.

email-none = Your account has no address.
# $address: an email address, in bold type.
email-confirmed = Your address is { $address }, and it is confirmed.
# $address: an email address, in bold type.
email-unconfirmed = Your address is { $address }, and it is not confirmed.
email-text = We send mail about your account to a confirmed address. You also need one to reset a forgotten password.
# The label of a field.
email-to-confirm = Address to confirm
# A button.
email-send = Send a mail to it
email-sent-text = A mail with a link is on its way to this address. Open the link in this browser, within half an hour.
email-sent-more = Your address stays as it is until then.
# Title and heading of the page of the link. Also the subject of the mail.
confirm-title = Confirm your address
# $address: an email address, in bold type.
confirm-text = Mail about your account goes to { $address } from now on.
# A button. Also the label of the button in the mail.
confirm-address = Confirm the address
# A link.
confirm-leave = Leave it as it is

## Account: second factor. Its title is account-factors.

# A heading.
factors-app = Authenticator app
# $date: a day.
factors-app-text = Added on { $date }. After your password, you are asked for the code that it shows.
# A button.
factors-remove = Remove the app and the recovery codes
# The same button, for a person who has passkeys too: the recovery codes stay.
factors-remove-app = Remove the app
# A heading.
factors-codes = Recovery codes
# $count: a number from 0 to 10.
factors-codes-left =
    { $count ->
        [one] { $count } code is left. New codes replace all of them.
       *[other] { $count } codes are left. New codes replace all of them.
    }
# A button.
factors-new-codes = Make new recovery codes
# In a red box.
factors-changed-meanwhile = Your second factor was changed meanwhile. Please look at it, and try again.
# In a red box. $count: the fewest characters of a password.
factors-needed =
    { $count ->
        [one] Your password is too short to do without the app. Set one of { $count } character first.
       *[other] Your password is too short to do without the app. Set one of { $count } characters first.
    }
# Title and heading.
new-factor-title = Add an authenticator app
new-factor-text = With an app, your password alone is not enough to sign in.
# If apps let nobody in without one.
new-factor-demanded = Apps let you in with a second factor only. Add one to go on.
# A link.
new-factor-passkey = Add a passkey in its place
new-factor-scan = Scan this picture with the app, or type the key below into it.
# The picture, for people who cannot see it.
new-factor-picture = Picture of the key, for the camera of your app
# Instead of the sentence about the picture.
new-factor-type = Type this key into the app.
new-factor-key = The key is shown here only. Nobody else may see it.
# The label of a field.
new-factor-code = Code of six digits that the app shows now
# A button.
new-factor-add = Add the app
# In a red box.
new-factor-wrong = The code is not right. Please wait for the next one, and check the clock of your device.
# Title and heading.
recovery-codes-title = Your recovery codes
# Before the next sentence, if the app was added in the same step.
recovery-codes-app-added = Your app is added.
# The same, if it was a passkey.
recovery-codes-passkey-added = Your passkey is added.
recovery-codes-text = Keep these codes where you find them without your app or your passkey, for example on paper. Each signs you in once, after your password.
recovery-codes-once = They are shown here only. Earlier codes do not work any more.
# A button.
recovery-codes-kept = I have kept them

## Account: passkeys. Their title is account-passkeys.

passkeys-text = With a passkey you sign in the way you unlock your device, without your password.
passkeys-none = You have no passkey.
# $date: a day.
passkey-added = Added on { $date }
passkey-unused = Not used yet
# $host: the name of a site.
passkey-elsewhere = Made for { $host }: it does not work here
# The label of a field, and its button.
passkey-new-name = New name
rename = Rename
# The label of a box to tick before the passkey is removed.
passkey-is-last = This is my only factor besides the password. Apps that demand one will not let me in.
# A button.
remove = Remove
# Below the list. It says of a passkey what apps-have-to-ask says of a password.
passkeys-apps-have-to-ask = When a passkey is removed, apps get no new tokens with what you allowed before: they have to send you here again.
# If apps let nobody in without one.
passkey-demanded = Apps let you in with a passkey only. Add one to go on.
# A heading and a button.
add-passkey = Add a passkey
# The label of a field.
passkey-name = Name, such as that of your device
# In a red box.
no-passkey-made = No passkey was made. Please try again; a device that has one already makes no second one.
passkey-not-usable = Your device did not make a passkey that can be used here. Please try again, or use another device.
passkeys-changed-meanwhile = Your passkeys were changed meanwhile, or there are twenty. Please look at them, and try again.
passkey-confirm-last = This is your only factor besides the password. Confirm that you want to remove it.

## Account: the end of it. Its title is account-delete.

delete-text = Your account is deleted at once and for good. You are signed out everywhere, and apps lose their access. What apps keep themselves stays there.
# A button.
delete-the-account = Delete the account
# The title after that. Also the subject of the mail.
deleted-title = Your account is deleted
deleted-text = You are signed out everywhere, and no app has access any more.

## Problems: titles

problem-try-again = Please try again
problem-sign-in-again = Please sign in again
problem-not-found = There is no such page
problem-not-found-text = The address is not right.
problem-method = This does not work
problem-method-text = This page cannot be asked for in this way.
problem-unreadable = This request cannot be read
problem-unreadable-text = The request is too long, or it is not encoded as it should be.
problem-form-unreadable = This form cannot be read
problem-form-unreadable-text = Go back and try again.
problem-form-expired = This form was open for too long
problem-form-used = This form was used before
problem-form-other-browser = This form belongs to another sign-in
problem-form-other-request = This form belongs to another request
problem-form-other-page = This form belongs to another page
problem-form-cross-site = This form came from another site
problem-form-no-cookie = Your browser sent no cookie
problem-form-incomplete = This form is not complete

## Problems with the request of an app

# Below most of the problems in this group.
ask-the-app = Go back to the app and start again. If this happens again, tell the people who run the app.
problem-app-set-up = This app is not set up correctly
problem-no-client-id = The request does not say which app sent you here (client_id).
problem-bad-redirect-uri = The request does not say properly where the answer should go (redirect_uri).
problem-state-too-long = The app sent a state of more than 8192 bytes, which could not be returned to it whole.
problem-two-requests = The app sent two requests in one (request and request_uri).
problem-client-unknown = The app that sent you here is not known, or it is switched off.
problem-redirect-uri-unregistered = The app asks for an answer to an address that is not registered for it.
# The same, on the machine of a developer. $asked: an address. $registered: a list of addresses.
problem-redirect-uri-unregistered-local = The app asks for an answer to an address that is not registered for it. The request has { $asked }. Registered: { $registered }.
problem-no-redirect-uri = The app does not say where the answer should go (redirect_uri).
# What is wrong with a signed request: one of these.
problem-signed-malformed = The app sent a signed request that is not complete, or not in the right form.
problem-signed-unsigned = The app sent a request that is not signed as it should be.
problem-signed-for-another = The app sent a signed request that is meant for another app or another site.
problem-signed-early = The app sent a signed request that is not valid yet. The app's clock may be wrong.
problem-signed-expired = The app's signed request has expired.
problem-signed-too-long = The app sent a signed request that is valid for longer than is allowed here.
problem-signed-request = The app sent a signed request that is not accepted here.
problem-over = This request is not valid any more
problem-pushed-used = It was answered before. Nothing was done a second time.
problem-pushed-expired = It was open for too long.
problem-pushed-unknown = The app refers to a request that it did not make here, or made long ago (request_uri).
problem-device-over = Its code has expired, or someone answered it. Nothing was done a second time.
problem-factor-missing = You need a second factor
problem-factor-missing-text = This app demands a second factor. Add one on the page of your account, and start again.
problem-app-unrecognised = This app cannot be recognised
problem-document-not-fetched = The app describes itself at an address that does not answer as it should. Please try again later.
problem-too-many-apps = Too many apps were looked up from here. Please try again in a minute.
# $member: a name in a protocol, such as redirect_uris.
problem-document-unusable = The app describes itself in a way that cannot be used here ({ $member }).
problem-sign-in-down = Signing in does not work at the moment. Please try again in a minute.

## Problems with the form of the consent page: below the titles of forms

consent-form-used = Your decision was sent already. Nothing was done a second time.
consent-form-expired = A form is valid for half an hour. Nothing was allowed.
consent-form-other-browser = It was opened before your last sign-in, or in another browser. Nothing was allowed.
consent-form-other-request = The form and the request do not fit together. Nothing was allowed.
consent-form-cross-site = Nothing was allowed.
consent-form-no-cookie = Allow cookies for this site. Nothing was allowed.
consent-form-incomplete = A part of it is missing, or it was not made here. Nothing was allowed.
# Above a button with the text "Continue".
continue-if-app-did-not = If the app did not go on, continue here.
continue-to-decide = If you want to decide about it, continue here.
continue-to-be-asked = Continue here to be asked again.

## Problems with a sign-out

problem-sign-out = This request to sign out cannot be carried out
# What is wrong with the request of the app.
sign-out-repeated = The app that sent you here made a mistake: a parameter is included more than once.
sign-out-client-id = The app that sent you here made a mistake: client_id is malformed.
sign-out-redirect-uri = The app that sent you here made a mistake: post_logout_redirect_uri is no absolute URI without a fragment.
sign-out-state = The app that sent you here made a mistake: state is longer than 8192 bytes.
sign-out-bad-hint = The app that sent you here did not prove properly who it is (id_token_hint).
sign-out-unregistered = The app asked to send you back to an address that is not registered for it (post_logout_redirect_uri).
sign-out-still-signed-in = You are still signed in.
sign-out-here = You are still signed in. If you want to sign out, you can do it here.
sign-out-down = Signing out does not work at the moment: you may still be signed in. Please try again in a minute.

## Problems with the account

account-nothing-changed = Nothing was changed. Continue to your account, and try again there.
problem-link-over = This link does not work any more
problem-link-over-text = A link works once, for half an hour, and until the password or the address is changed. Ask for a new one.
problem-sign-up-over-text = A link works once, and for a limited time. If you have an account by now, sign in. Otherwise ask for a new link.
problem-address-taken = Another account has this address
problem-address-taken-text = An address belongs to one account. Nothing was changed.
account-down = Your account cannot be reached at the moment. Look in a minute whether your change was made.

## Mails
## The first message of each is its subject. Values have no bold type here.

# In a mail without HTML, above an address. $label: the words of the button.
mail-link = { $label }:
# Below the button of every mail, above the address to which it leads.
mail-copy-address = If the button does not work, copy this address into your browser:
# $minutes: a number, usually 30.
mail-link-minutes =
    { $minutes ->
        [one] The link works once, and for { $minutes } minute.
       *[other] The link works once, and for { $minutes } minutes.
    }
# $date: a day and a time.
mail-link-until = The link works once, until { $date }.
# Ends of mails about changes.
mail-if-you = If it was you, there is nothing to do.
mail-if-you-cannot = If you cannot, tell the people who run this service.
# The label of a button.
mail-if-not-you-password = If it was not you, set a new password now
# The label of a button, which leads to the account.
mail-if-not-you-factors = If it was not you, look at your passkeys and second factors now

# The subject of the mail with the link is reset-title, which is also the label of its button.
# $username: the name of the account.
mail-reset-text = Someone asked to set a new password for your account { $username }.
mail-reset-ignore = If it was not you, ignore this mail. Your password stays as it is.

# The subject is confirm-title, the label of the button confirm-address. It names no account: the address may be
# that of somebody else.
mail-confirm-text = Someone who is signed in asked to use this address for an account.
# $minutes: a number, usually 30.
mail-confirm-minutes =
    { $minutes ->
        [one] Open the link in the browser where you are signed in. It works once, and for { $minutes } minute.
       *[other] Open the link in the browser where you are signed in. It works once, and for { $minutes } minutes.
    }
mail-confirm-ignore = If it was not you, ignore this mail. Nothing was changed.

# The subject is new-account-title, the label of the button create-the-account.
mail-sign-up-text = Someone asked to create an account with this address.
mail-invitation = You are invited
mail-invitation-text = You are invited to create an account with this address.
mail-new-account-ignore = If you did not expect this, ignore this mail. There is no account until the link is used.

mail-has-account = You have an account already
# $username: the name of the account.
mail-has-account-text = Someone wanted to create an account with this address. It has one: { $username }.
mail-has-account-advice = Sign in with it. If you do not know the password any more, set a new one.
mail-has-account-ignore = If it was not you, ignore this mail. Nothing was changed.

mail-password = Your password was changed
# $username: the name of the account.
mail-password-by-mail = A new password was set for your account { $username }, with a link from a mail.
# $username: the name of the account.
mail-password-changed = The password of your account { $username } was changed.
# Below the button.
mail-password-then = Then look at your passkeys and second factors: a new password removes none of them.

mail-factor-added = A second factor was added
# $username: the name of the account.
mail-factor-added-text = An authenticator app was added to your account { $username }.
mail-factor-removed = Your second factor was removed
# $username: the name of the account.
mail-factor-removed-text = The authenticator app was removed from your account { $username }.
mail-passkey-added = A passkey was added
# $username: the name of the account.
mail-passkey-added-text = A passkey was added to your account { $username }.
mail-passkey-removed = A passkey was removed
# $username: the name of the account.
mail-passkey-removed-text = A passkey was removed from your account { $username }.
mail-new-codes = New recovery codes were made
# $username: the name of the account.
mail-new-codes-text = New recovery codes were made for your account { $username }.
mail-code-used = A recovery code was used
# $username: the name of the account.
mail-code-used-text = A recovery code was used to sign in to your account { $username }.
# Below the button of the mails about factors and recovery codes.
mail-factors-then = Remove what is not yours, and set a new password: that alone removes no passkey and no app.

mail-address = Your address was changed
# $username: the name of the account.
mail-address-text = The account { $username } has another address now. Mail about it does not come here any more.
# The label of a button.
mail-if-not-you-sign-in = If it was not you, sign in and change your password now

# The subject is deleted-title. $username: the name of the account.
mail-deleted-text = Your account { $username } was deleted, as you asked for.
mail-deleted-not-you = If it was not you, tell the people who run this service.
