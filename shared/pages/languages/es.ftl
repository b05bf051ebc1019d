### The texts in Spanish. Their names, arguments and notes are in en.ftl.

## Frame: around every page

error-in-title = Error: { $title }
link-help = Ayuda
link-privacy = Privacidad
link-imprint = Aviso legal
request-id = ID de la solicitud, por si pide ayuda: { $id }

## Dates and lists

date = { $day } de { $month } de { $year }
moment = { $date }, { $hours }:{ $minutes } UTC
date-end = 31 de diciembre de { $year }
month-1 = enero
month-2 = febrero
month-3 = marzo
month-4 = abril
month-5 = mayo
month-6 = junio
month-7 = julio
month-8 = agosto
month-9 = septiembre
month-10 = octubre
month-11 = noviembre
month-12 = diciembre
list = { $before }, { $next }

## Words that several pages have

username = Nombre de usuario
password = Contraseña
current-password = Contraseña actual
new-password = Contraseña nueva
email-address = Dirección de correo electrónico
password-rule =
    { $count ->
        [one] Al menos { $count } carácter. Varias palabras con espacios son una buena opción. Su nombre y las contraseñas conocidas no lo son.
       *[other] Al menos { $count } caracteres. Varias palabras con espacios son una buena opción. Su nombre y las contraseñas conocidas no lo son.
    }
continue = Continuar
sign-in = Iniciar sesión
sign-out = Cerrar sesión
allow = Permitir
deny = Rechazar
back-to-account = Volver a su cuenta
back-to-sign-in = Volver al inicio de sesión
signed-in-as = Ha iniciado sesión como { $username }.
apps-have-to-ask = Las aplicaciones no obtienen tokens nuevos con lo que usted permitió antes: tienen que enviarle aquí de nuevo.

## An app that nobody checked: in a box on the pages where people decide about it

registered-itself = Esta aplicación se registró por sí misma el { $date }.
describes-itself = Esta aplicación se describe a sí misma en { $host }.
nobody-checked = Nadie aquí ha comprobado el nombre de la aplicación ni quién la gestiona. Responde en { $host }.

## Sign-in

sign-in-title = Iniciar sesión en { $client }
sign-in-for-app = Inicie sesión para continuar a { $client }.
forgot-password = ¿Olvidó su contraseña?
create-an-account = Crear una cuenta
sign-in-next = Adónde irá después
sign-in-next-device = Después de iniciar sesión, verá qué solicita el dispositivo y podrá decidir. Su contraseña se queda aquí.
sign-in-next-app = Después de iniciar sesión, volverá a { $host }. Su contraseña se queda aquí.

## Sign-in to the account

account-sign-in-title = Iniciar sesión en su cuenta
account-sign-in-text = Inicie sesión para ver y cambiar su cuenta.
account-sign-in-again = Inició sesión hace un tiempo, o sin usar su llave de acceso o su segundo factor. Inicie sesión de nuevo antes de cambiar su cuenta.

## Why a sign-in failed: in a red box above the form

fault-password = El nombre de usuario o la contraseña no son correctos. Inténtelo de nuevo.
fault-code = El código no es correcto o ya se ha usado. Espere al siguiente e inténtelo de nuevo.
fault-passkey-used = Esta llave de acceso se usó en ese mismo momento, o con un formulario ya enviado. Inténtelo de nuevo.
fault-passkey-of-another = Esta llave de acceso pertenece a otra cuenta. Use una de las suyas o inicie sesión con su contraseña.
fault-passkey = Esta llave de acceso no funciona aquí. Use otra o inicie sesión con su contraseña.
fault-too-many-seconds =
    { $seconds ->
        [one] Ha habido demasiados intentos incorrectos. Inténtelo de nuevo en { $seconds } segundo.
       *[other] Ha habido demasiados intentos incorrectos. Inténtelo de nuevo en { $seconds } segundos.
    }
fault-too-many-minutes =
    { $minutes ->
        [one] Ha habido demasiados intentos incorrectos. Inténtelo de nuevo en { $minutes } minuto.
       *[other] Ha habido demasiados intentos incorrectos. Inténtelo de nuevo en { $minutes } minutos.
    }
fault-form-no-cookie = Su navegador no devolvió ninguna cookie. Permita las cookies de este sitio y, después, inicie sesión de nuevo.
fault-form-expired = Este formulario estuvo abierto demasiado tiempo. Inicie sesión de nuevo.
fault-form-used = Este formulario ya se ha usado. Inicie sesión de nuevo.
fault-form-other-browser = Este formulario se abrió en otro navegador, o antes de borrar las cookies. Inicie sesión de nuevo.
fault-form-other-request = Este formulario corresponde a otra solicitud. Inicie sesión de nuevo.
fault-form-cross-site = Otro sitio envió este formulario. Inicie sesión solo si quería hacerlo aquí.
fault-form-incomplete = Este formulario no estaba completo. Inicie sesión de nuevo.

## Second factor at the sign-in

factor-title-code = Introduzca su código
factor-title-passkey = Use su llave de acceso
factor-text-code = Para continuar, introduzca el código que muestra su aplicación de autenticación.
factor-text-passkey = Para continuar, use su llave de acceso: aquí no basta con su contraseña.
no-scripts = Su navegador no ejecuta scripts aquí, y las llaves de acceso necesitan uno.
factor-code = Código de seis dígitos
factor-without-app = Sin su aplicación
factor-without-passkey = Sin su llave de acceso
recovery-code = Código de recuperación
recovery-code-rule = Uno de los códigos que guardó. Cada uno funciona una sola vez.
use-recovery-code = Usar un código de recuperación
sign-in-as-other = Iniciar sesión con otra cuenta
use-passkey = Usar una llave de acceso
no-passkey-used = No se usó ninguna llave de acceso. Inténtelo de nuevo o inicie sesión con su contraseña.

## Consent: an app asks for access

consent-title = ¿Permitir el acceso de { $client }?
consent-heading = ¿Permitir el acceso?
consent-changed = Esta solicitud cambió mientras la página estaba abierta.
consent-changed-text = Aún no se ha permitido nada. Lea la solicitud de nuevo.
consent-asks = { $client } solicita acceso a su cuenta { $username }.
consent-native = Una aplicación de este dispositivo recibe la respuesta.
consent-native-text = No podemos comprobar qué aplicación es. Permita el acceso solo si este proceso lo inició usted.
consent-asked = Qué solicita
consent-nothing-asked = No solicita ningún permiso concreto.
consent-apis = API que puede usar
consent-profile-here = Su perfil aquí
consent-actors = Quién más puede actuar en su nombre
consent-actors-text = La aplicación puede ceder este acceso a:
consent-links = Páginas propias de la aplicación: { $links }.
consent-link-website = sitio web
consent-link-policy = política de privacidad
consent-link-terms = condiciones del servicio
consent-links-unchecked = Nadie aquí las ha comprobado.
consent-answer-goes-to = Su respuesta se envía a { $host }.
not-you = ¿No es usted? Usar otra cuenta

## Permissions that every app may ask for: each in a list, after "What it asks for"

scope-openid = Saber quién es usted
scope-profile = Ver su perfil, por ejemplo su nombre
scope-email = Ver su dirección de correo electrónico
scope-address = Ver su dirección postal
scope-phone = Ver su número de teléfono
scope-roles = Ver sus roles
scope-groups = Ver los grupos a los que pertenece
scope-offline-access = Conservar este acceso en su ausencia

## Devices, such as televisions

device-title = Conectar un dispositivo
device-text = Introduzca el código que muestra su dispositivo.
device-code = Código
device-code-rule = Tiene 8 letras. No importan las mayúsculas o minúsculas, los espacios ni los guiones.
device-code-unknown = Este código no se conoce o ha caducado. Compruebe el código en su dispositivo.
device-too-many-seconds =
    { $seconds ->
        [one] Ha habido demasiados códigos incorrectos. Inténtelo de nuevo en { $seconds } segundo.
       *[other] Ha habido demasiados códigos incorrectos. Inténtelo de nuevo en { $seconds } segundos.
    }
device-too-many-minutes =
    { $minutes ->
        [one] Ha habido demasiados códigos incorrectos. Inténtelo de nuevo en { $minutes } minuto.
       *[other] Ha habido demasiados códigos incorrectos. Inténtelo de nuevo en { $minutes } minutos.
    }
device-consent-title = ¿Permitir el acceso de un dispositivo?
device-consent-asks = Desde un dispositivo, { $client } solicita acceso a su cuenta { $username }.
device-consent-code = ¿Muestra su dispositivo este código?
device-consent-from = La solicitud vino de la dirección { $address }.
device-consent-warning = Permita el acceso solo si acaba de iniciar usted este proceso, en un dispositivo que tiene delante.
device-consent-warning-text = Si alguien le envió el código o un enlace, rechace la solicitud: esa persona obtendría el acceso.
device-consent-answer = El dispositivo recibe su respuesta.
device-allowed-title = Su dispositivo está conectado
device-allowed-text = Vuelva al dispositivo. Puede cerrar esta página.
device-denied-title = Su dispositivo no obtiene acceso
device-denied-text = No se ha permitido nada. Si no inició este proceso en un dispositivo suyo, no tiene que hacer nada más.

## On the way back to an app: seen for a moment only

form-post-title = Volver a { $host }
form-post-heading = Volver a la aplicación
form-post-text = Va de camino a { $host }.
post-again-title = Un momento
post-again-text = Una aplicación le ha enviado aquí.

## An app sent a request that does not work

returned-error-title = Esta solicitud no funciona
returned-error-text = { $client } le envió aquí, pero no se puede atender la solicitud de la aplicación. No se ha iniciado sesión.
returned-error-invalid-request = La solicitud está incompleta o contiene algo que no es válido.
returned-error-unauthorized-client = La aplicación no puede hacer una solicitud de esta manera.
returned-error-access-denied = No se permitió el acceso.
returned-error-unsupported-response-type = La aplicación quiere un tipo de respuesta que no existe aquí.
returned-error-invalid-scope = La aplicación pide permisos que no existen aquí o que no puede tener.
returned-error-invalid-target = La aplicación pide acceso a una API que no se conoce aquí o que no puede usar.
returned-error-nobody-asked = La aplicación quiere una respuesta sin preguntarle nada, pero primero debe iniciar sesión o decidir.
returned-error-signed-request = La solicitud firmada de la aplicación no vale aquí.
returned-error-request-reference = La aplicación se refiere a una solicitud que no se pudo obtener o que no se puede usar aquí.
returned-error-not-supported = La aplicación hace la solicitud de una manera que no se admite aquí.
returned-error-unmet = La aplicación exige una forma de iniciar sesión que no es posible aquí.
returned-error-for-app = El error, para los responsables de la aplicación: { $error }
returned-error-continue = Continuar a { $host }
returned-error-warning = Continúe solo si conoce esta aplicación. Esta sabrá del error, pero no sabrá nada sobre usted.

## Sign-out

sign-out-title = ¿Cerrar sesión?
sign-out-asked = { $client } solicita cerrar su sesión.
sign-out-next = Después volverá a { $client } en { $host }.
stay-signed-in = Mantener la sesión abierta
signed-out-title = Su sesión está cerrada
signed-out-text = Su sesión está cerrada en este navegador. Las aplicaciones que todavía usa pueden tardar un momento en notarlo.
signed-out-elsewhere-text = La sesión que indicó la aplicación ha terminado, en el navegador donde estaba. Las aplicaciones que todavía se usan pueden tardar un momento en notarlo.
not-signed-in-title = No ha iniciado sesión
not-signed-in-session-text = No hay ninguna sesión abierta en este navegador, y no se encontró la sesión que indicó la aplicación. No se ha cambiado nada.
not-signed-in-text = No hay ninguna sesión abierta en este navegador. No se ha cambiado nada.
stayed-title = Su sesión sigue abierta
stayed-text = No se ha cambiado nada. Puede cerrar esta página.

## Account: overview

account-title = Su cuenta
account-change-password = Cambiar su contraseña
account-factors = Su segundo factor
account-passkeys = Sus llaves de acceso
account-email = Su dirección de correo electrónico
account-download = Descargar sus datos
account-delete = Eliminar su cuenta
account-sign-out = Cerrar sesión en este navegador
account-names = Su nombre
name = Nombre completo
given-name = Nombre
family-name = Apellidos
save = Guardar
account-apps = Aplicaciones con acceso a su cuenta
account-no-apps = Ninguna aplicación tiene acceso.
account-app-host = en { $host }
account-app-scope = Permisos: { $scope }
account-app-since = Desde el { $date }
account-withdraw = Retirar el acceso
account-withdraw-text = Una aplicación a la que se retira el acceso tiene que pedírselo de nuevo. Los tokens que ya tiene pueden funcionar todavía unos minutos.
account-sessions = Dónde tiene la sesión abierta
account-this-browser = Este navegador, sesión iniciada el { $moment }
account-another-browser = Otro navegador, sesión iniciada el { $moment }
last-used = Último uso el { $moment }
account-sign-out-there = Cerrar esa sesión
sign-out-others = Cerrar sesión en todos los demás navegadores
profile-name-unfit = Un nombre tiene 100 caracteres como máximo, ninguno invisible, y nada que parezca un enlace.
profile-changed-meanwhile = Entretanto, usted o los responsables de este servicio cambiaron su perfil. Revíselo y guárdelo de nuevo.

## Account: password

change-password = Cambiar la contraseña
current-password-wrong = La contraseña actual no es correcta.
new-password-unchanged = La contraseña nueva es igual a la actual.
password-too-short =
    { $count ->
        [one] Esta contraseña no se puede usar: tiene menos de { $count } carácter.
       *[other] Esta contraseña no se puede usar: tiene menos de { $count } caracteres.
    }
password-too-long = Esta contraseña no se puede usar: tiene más de 1024 bytes.
password-bad-characters = Esta contraseña no se puede usar: tiene caracteres de control o invisibles.
password-is-hash = Esta contraseña no se puede usar: es el hash de una contraseña.
password-common = Esta contraseña no se puede usar: es una de las que se prueban primero.
password-known-words = Esta contraseña no se puede usar: consiste en el nombre o la dirección de la persona, o en el nombre de este sitio.
password-changed-title = Su contraseña se ha cambiado
password-changed-text = Su sesión sigue abierta en este navegador.
password-changed-others = Se ha cerrado en todos los demás.
password-changed-factor = Si otra persona conocía la contraseña anterior, revise también su { $factor }: una contraseña nueva no lo quita.
password-changed-factors = Si otra persona conocía la contraseña anterior, revise también su { $factor } y sus { $passkeys }: una contraseña nueva no quita nada de eso.
password-changed-link-factor = segundo factor
password-changed-link-passkeys = llaves de acceso

## Forgotten password

forgotten-title = Contraseña olvidada
forgotten-text = Recibirá un correo con un enlace y allí establecerá una contraseña nueva.
username-or-email = Nombre de usuario o dirección de correo electrónico
send-mail = Enviar el correo
mail-form-no-cookie = Su navegador no envió ninguna cookie. Permita las cookies de este sitio y envíe el formulario de nuevo.
mail-form-over = Este formulario estuvo abierto demasiado tiempo o pertenece a otra página. Envíelo de nuevo.
mail-too-many =
    { $seconds ->
        [one] Se han pedido demasiados correos desde aquí. Espere { $seconds } segundo y envíe el formulario de nuevo.
       *[other] Se han pedido demasiados correos desde aquí. Espere { $seconds } segundos y envíe el formulario de nuevo.
    }
mail-sent-title = Revise su correo
forgotten-sent-text = Si existe una cuenta con este nombre o esta dirección, y tiene una dirección confirmada, ya va en camino un correo con un enlace.
forgotten-sent-more = El enlace funciona durante media hora. Si no llega ningún correo, busque en el correo no deseado o pregunte a los responsables de este servicio.
reset-title = Establecer una contraseña nueva
reset-account = Para la cuenta { $username }.
reset-consequences = Su sesión se cerrará en todos los navegadores. Las aplicaciones no obtendrán tokens nuevos con lo que usted permitió antes: tendrán que enviarle aquí de nuevo.
set-password = Establecer la contraseña
reset-done-title = Su contraseña se ha establecido
reset-done-text = Su sesión está cerrada en todos los navegadores. Inicie sesión con su contraseña nueva.
reset-done-factors = Si otra persona conocía la contraseña anterior, revise también las llaves de acceso y los segundos factores de su cuenta: una contraseña nueva no los quita.

## New accounts

sign-up-text = Recibirá un correo con un enlace y allí elegirá un nombre y una contraseña.
sign-up-have-account = Ya tengo una cuenta
address-malformed = Esta no es una dirección como ada@example.org.
address-not-admitted = Las direcciones de este dominio no se pueden usar aquí. Use una de su organización.
sign-up-sent-text = Un correo va en camino a esta dirección. Abra el enlace que contiene en un plazo de media hora.
sign-up-sent-more = Si no llega ningún correo, busque en el correo no deseado o pregunte a los responsables de este servicio.
new-account-title = Cree su cuenta
new-account-name-rule = El nombre con el que inicia sesión, sin espacios. Su dirección puede ser su nombre. Las aplicaciones pueden verlo.
create-the-account = Crear la cuenta
name-malformed = Este nombre no se puede usar: un nombre tiene de 1 a 128 bytes, sin espacios ni caracteres invisibles.
name-unusual = Este nombre no se puede usar: tiene letras o signos que un nombre no puede tener, como ligaduras y emojis.
name-link = Este nombre no se puede usar: un nombre no tiene ninguno de los signos { $signs } ni empieza por www.
name-another-address = Este nombre no se puede usar: un nombre con @ debe ser su propia dirección.
name-taken = Este nombre ya está en uso. Elija otro.
name-too-many =
    { $seconds ->
        [one] Se han probado demasiados nombres. Espere { $seconds } segundo y envíe el formulario de nuevo.
       *[other] Se han probado demasiados nombres. Espere { $seconds } segundos y envíe el formulario de nuevo.
    }
new-account-done-title = Su cuenta está lista
new-account-done-text = Inicie sesión con su nombre y su contraseña. Si una aplicación le envió aquí, después podrá continuar en ella.

## Account: email address. Its title is account-email.

email-none = Su cuenta no tiene ninguna dirección.
email-confirmed = Su dirección es { $address } y está confirmada.
email-unconfirmed = Su dirección es { $address } y no está confirmada.
email-text = Los correos sobre su cuenta se envían a una dirección confirmada. Con ella también se reemplaza una contraseña olvidada.
email-to-confirm = Dirección que se va a confirmar
email-send = Enviar un correo a esta dirección
email-sent-text = Un correo con un enlace va en camino a esta dirección. Abra el enlace en este navegador, en un plazo de media hora.
email-sent-more = Hasta entonces, su dirección queda como está.
confirm-title = Confirme su dirección
confirm-text = A partir de ahora, los correos sobre su cuenta se enviarán a { $address }.
confirm-address = Confirmar la dirección
confirm-leave = Dejarla como está

## Account: second factor. Its title is account-factors.

factors-app = Aplicación de autenticación
factors-app-text = Añadida el { $date }. Después de su contraseña, se le pide el código que muestra.
factors-remove = Quitar la aplicación y los códigos de recuperación
factors-remove-app = Quitar la aplicación
factors-codes = Códigos de recuperación
factors-codes-left =
    { $count ->
        [one] Queda { $count } código. Los códigos nuevos reemplazan todos los anteriores.
       *[other] Quedan { $count } códigos. Los códigos nuevos reemplazan todos los anteriores.
    }
factors-new-codes = Crear códigos de recuperación nuevos
factors-changed-meanwhile = Entretanto, su segundo factor ha cambiado. Revíselo e inténtelo de nuevo.
factors-needed =
    { $count ->
        [one] Su contraseña es demasiado corta para prescindir de la aplicación. Establezca primero una de al menos { $count } carácter.
       *[other] Su contraseña es demasiado corta para prescindir de la aplicación. Establezca primero una de al menos { $count } caracteres.
    }
new-factor-title = Añadir una aplicación de autenticación
new-factor-text = Con una aplicación, su contraseña sola no basta para iniciar sesión.
new-factor-demanded = Las aplicaciones solo le dejan entrar con un segundo factor. Añada uno para continuar.
new-factor-passkey = Añadir una llave de acceso en su lugar
new-factor-scan = Escanee esta imagen con la aplicación, o escriba en ella la clave de abajo.
new-factor-picture = Imagen de la clave, para la cámara de su aplicación
new-factor-type = Escriba esta clave en la aplicación.
new-factor-key = La clave se muestra solo aquí. Nadie más debe verla.
new-factor-code = Código de seis dígitos que la aplicación muestra ahora
new-factor-add = Añadir la aplicación
new-factor-wrong = El código no es correcto. Espere al siguiente y compruebe el reloj de su dispositivo.
recovery-codes-title = Sus códigos de recuperación
recovery-codes-app-added = Su aplicación se ha añadido.
recovery-codes-passkey-added = Su llave de acceso se ha añadido.
recovery-codes-text = Guarde estos códigos donde los encuentre sin su aplicación ni su llave de acceso, por ejemplo en papel. Cada uno le permite iniciar sesión una vez, después de su contraseña.
recovery-codes-once = Se muestran solo aquí. Los códigos anteriores ya no funcionan.
recovery-codes-kept = Los he guardado

## Account: passkeys. Their title is account-passkeys.

passkeys-text = Con una llave de acceso, inicia sesión al desbloquear su dispositivo, sin su contraseña.
passkeys-none = No tiene ninguna llave de acceso.
passkey-added = Añadida el { $date }
passkey-unused = Todavía sin usar
passkey-elsewhere = Creada para { $host }: aquí no funciona
passkey-new-name = Nombre nuevo
rename = Cambiar el nombre
passkey-is-last = Este es mi único factor además de la contraseña. Las aplicaciones que exigen uno no me dejarán entrar.
remove = Quitar
passkeys-apps-have-to-ask = Cuando se quita una llave de acceso, las aplicaciones no obtienen tokens nuevos con lo que usted permitió antes: tienen que enviarle aquí de nuevo.
passkey-demanded = Las aplicaciones solo le dejan entrar con una llave de acceso. Añada una para continuar.
add-passkey = Añadir una llave de acceso
passkey-name = Nombre, por ejemplo el de su dispositivo
no-passkey-made = No se creó ninguna llave de acceso. Inténtelo de nuevo. Un dispositivo que ya tiene una no crea otra.
passkey-not-usable = Su dispositivo no creó una llave de acceso que se pueda usar aquí. Inténtelo de nuevo o use otro dispositivo.
passkeys-changed-meanwhile = Entretanto, sus llaves de acceso han cambiado, o ya hay veinte. Revíselas e inténtelo de nuevo.
passkey-confirm-last = Este es su único factor además de la contraseña. Confirme que quiere quitarlo.

## Account: the end of it. Its title is account-delete.

delete-text = Su cuenta se eliminará de inmediato y para siempre. Su sesión se cerrará en todas partes y las aplicaciones perderán su acceso. Lo que las propias aplicaciones guardan se queda en ellas.
delete-the-account = Eliminar la cuenta
deleted-title = Su cuenta se ha eliminado
deleted-text = Su sesión está cerrada en todas partes, y ninguna aplicación tiene ya acceso.

## Problems: titles

problem-try-again = Inténtelo de nuevo
problem-sign-in-again = Inicie sesión de nuevo
problem-not-found = Esta página no existe
problem-not-found-text = La dirección no es correcta.
problem-method = Esto no funciona
problem-method-text = Esta página no se puede pedir de esta manera.
problem-unreadable = Esta solicitud no se puede leer
problem-unreadable-text = La solicitud es demasiado larga, o no está codificada como debería.
problem-form-unreadable = Este formulario no se puede leer
problem-form-unreadable-text = Vuelva atrás e inténtelo de nuevo.
problem-form-expired = Este formulario estuvo abierto demasiado tiempo
problem-form-used = Este formulario ya se ha usado
problem-form-other-browser = Este formulario pertenece a otro inicio de sesión
problem-form-other-request = Este formulario pertenece a otra solicitud
problem-form-other-page = Este formulario pertenece a otra página
problem-form-cross-site = Este formulario vino de otro sitio
problem-form-no-cookie = Su navegador no envió ninguna cookie
problem-form-incomplete = Este formulario no está completo

## Problems with the request of an app

ask-the-app = Vuelva a la aplicación y empiece de nuevo. Si esto se repite, avise a los responsables de la aplicación.
problem-app-set-up = Esta aplicación no está bien configurada
problem-no-client-id = La solicitud no indica qué aplicación le envió aquí (client_id).
problem-bad-redirect-uri = La solicitud no indica correctamente adónde debe ir la respuesta (redirect_uri).
problem-state-too-long = La aplicación envió un valor state de más de 8192 bytes, que no se le podría devolver entero.
problem-two-requests = La aplicación envió dos solicitudes en una (request y request_uri).
problem-client-unknown = La aplicación que le envió aquí no se conoce o está desactivada.
problem-redirect-uri-unregistered = La aplicación solicita una respuesta en una dirección que no está registrada para ella.
problem-redirect-uri-unregistered-local = La aplicación solicita una respuesta en una dirección que no está registrada para ella. La solicitud contiene { $asked }. Direcciones registradas: { $registered }.
problem-no-redirect-uri = La aplicación no indica adónde debe ir la respuesta (redirect_uri).
problem-signed-malformed = La aplicación envió una solicitud firmada que está incompleta o no tiene la forma correcta.
problem-signed-unsigned = La aplicación envió una solicitud que no está firmada como debería.
problem-signed-for-another = La aplicación envió una solicitud firmada que es para otra aplicación o para otro sitio.
problem-signed-early = La aplicación envió una solicitud firmada que todavía no es válida. Es posible que su reloj no esté en hora.
problem-signed-expired = La solicitud firmada de la aplicación ha caducado.
problem-signed-too-long = La aplicación envió una solicitud firmada que es válida durante más tiempo del que se permite aquí.
problem-signed-request = La aplicación envió una solicitud firmada que no vale aquí.
problem-over = Esta solicitud ya no es válida
problem-pushed-used = Ya se respondió antes. No se ha repetido ninguna acción.
problem-pushed-expired = Estuvo abierta demasiado tiempo.
problem-pushed-unknown = La aplicación se refiere a una solicitud que no hizo aquí, o que hizo hace mucho tiempo (request_uri).
problem-device-over = El código ha caducado, o alguien ya respondió a la solicitud. No se ha repetido ninguna acción.
problem-factor-missing = Necesita un segundo factor
problem-factor-missing-text = Esta aplicación exige un segundo factor. Añada uno en la página de su cuenta y empiece de nuevo.
problem-app-unrecognised = No se puede reconocer esta aplicación
problem-document-not-fetched = La aplicación se describe a sí misma en una dirección que no responde como debería. Inténtelo de nuevo más tarde.
problem-too-many-apps = Se han consultado demasiadas aplicaciones desde aquí. Inténtelo de nuevo en un minuto.
problem-document-unusable = La aplicación se describe a sí misma de una manera que no se puede usar aquí ({ $member }).
problem-sign-in-down = El inicio de sesión no funciona en este momento. Inténtelo de nuevo en un minuto.

## Problems with the form of the consent page: below the titles of forms

consent-form-used = Su decisión ya se envió. No se ha repetido ninguna acción.
consent-form-expired = Un formulario es válido durante media hora. No se ha permitido nada.
consent-form-other-browser = Se abrió antes de su último inicio de sesión, o en otro navegador. No se ha permitido nada.
consent-form-other-request = El formulario y la solicitud no corresponden. No se ha permitido nada.
consent-form-cross-site = No se ha permitido nada.
consent-form-no-cookie = Permita las cookies de este sitio. No se ha permitido nada.
consent-form-incomplete = Falta una parte, o no se creó aquí. No se ha permitido nada.
continue-if-app-did-not = Si la aplicación no siguió adelante, continúe aquí.
continue-to-decide = Si quiere decidir sobre ello, continúe aquí.
continue-to-be-asked = Continúe aquí para que se le pregunte de nuevo.

## Problems with a sign-out

problem-sign-out = Esta solicitud de cerrar sesión no se puede atender
sign-out-repeated = La aplicación que le envió aquí cometió un error: un parámetro está incluido más de una vez.
sign-out-client-id = La aplicación que le envió aquí cometió un error: client_id no tiene la forma correcta.
sign-out-redirect-uri = La aplicación que le envió aquí cometió un error: post_logout_redirect_uri no es un URI absoluto sin fragmento.
sign-out-state = La aplicación que le envió aquí cometió un error: state tiene más de 8192 bytes.
sign-out-bad-hint = La aplicación que le envió aquí no demostró correctamente quién es (id_token_hint).
sign-out-unregistered = La aplicación quiere que usted vuelva a una dirección que no está registrada para ella (post_logout_redirect_uri).
sign-out-still-signed-in = Su sesión sigue abierta.
sign-out-here = Su sesión sigue abierta. Si quiere cerrarla, puede hacerlo aquí.
sign-out-down = El cierre de sesión no funciona en este momento: es posible que su sesión siga abierta. Inténtelo de nuevo en un minuto.

## Problems with the account

account-nothing-changed = No se ha cambiado nada. Continúe a su cuenta e inténtelo allí de nuevo.
problem-link-over = Este enlace ya no funciona
problem-link-over-text = Un enlace funciona una sola vez, durante media hora, y hasta que se cambie la contraseña o la dirección. Pida uno nuevo.
problem-sign-up-over-text = Un enlace funciona una sola vez y durante un tiempo limitado. Si ya tiene una cuenta, inicie sesión. Si no, pida un enlace nuevo.
problem-address-taken = Otra cuenta tiene esta dirección
problem-address-taken-text = Una dirección pertenece a una sola cuenta. No se ha cambiado nada.
account-down = No se puede acceder a su cuenta en este momento. Compruebe en un minuto si su cambio se realizó.

## Mails
## The first message of each is its subject. Values have no bold type here.

mail-link = { $label }:
mail-copy-address = Si el botón no funciona, copie esta dirección en su navegador:
mail-link-minutes =
    { $minutes ->
        [one] El enlace funciona una sola vez, durante { $minutes } minuto.
       *[other] El enlace funciona una sola vez, durante { $minutes } minutos.
    }
mail-link-until = El enlace funciona una sola vez, hasta el { $date }.
mail-if-you = Si fue usted, no tiene que hacer nada.
mail-if-you-cannot = Si no puede hacerlo, avise a los responsables de este servicio.
mail-if-not-you-password = Si no fue usted, establezca ahora una contraseña nueva
mail-if-not-you-factors = Si no fue usted, revise ahora sus llaves de acceso y segundos factores

mail-reset-text = Alguien pidió establecer una contraseña nueva para su cuenta { $username }.
mail-reset-ignore = Si no fue usted, ignore este correo. Su contraseña queda como está.

mail-confirm-text = Alguien que ha iniciado sesión pidió usar esta dirección para una cuenta.
mail-confirm-minutes =
    { $minutes ->
        [one] Abra el enlace en el navegador donde tiene la sesión abierta. Funciona una sola vez, durante { $minutes } minuto.
       *[other] Abra el enlace en el navegador donde tiene la sesión abierta. Funciona una sola vez, durante { $minutes } minutos.
    }
mail-confirm-ignore = Si no fue usted, ignore este correo. No se ha cambiado nada.

mail-sign-up-text = Alguien pidió crear una cuenta con esta dirección.
mail-invitation = Tiene una invitación
mail-invitation-text = Se le invita a crear una cuenta con esta dirección.
mail-new-account-ignore = Si no esperaba este correo, ignórelo. No habrá ninguna cuenta hasta que se use el enlace.

mail-has-account = Ya tiene una cuenta
mail-has-account-text = Alguien quiso crear una cuenta con esta dirección. La dirección ya tiene una: { $username }.
mail-has-account-advice = Inicie sesión con ella. Si ya no recuerda la contraseña, establezca una nueva.
mail-has-account-ignore = Si no fue usted, ignore este correo. No se ha cambiado nada.

mail-password = Su contraseña se ha cambiado
mail-password-by-mail = Se estableció una contraseña nueva para su cuenta { $username }, con un enlace de un correo.
mail-password-changed = Se cambió la contraseña de su cuenta { $username }.
mail-password-then = Después, revise sus llaves de acceso y segundos factores: una contraseña nueva no los quita.

mail-factor-added = Se ha añadido un segundo factor
mail-factor-added-text = Se añadió una aplicación de autenticación a su cuenta { $username }.
mail-factor-removed = Se ha quitado su segundo factor
mail-factor-removed-text = Se quitó la aplicación de autenticación de su cuenta { $username }.
mail-passkey-added = Se ha añadido una llave de acceso
mail-passkey-added-text = Se añadió una llave de acceso a su cuenta { $username }.
mail-passkey-removed = Se ha quitado una llave de acceso
mail-passkey-removed-text = Se quitó una llave de acceso de su cuenta { $username }.
mail-new-codes = Se han creado códigos de recuperación nuevos
mail-new-codes-text = Se crearon códigos de recuperación nuevos para su cuenta { $username }.
mail-code-used = Se ha usado un código de recuperación
mail-code-used-text = Se usó un código de recuperación para iniciar sesión en su cuenta { $username }.
mail-factors-then = Quite lo que no sea suyo y establezca una contraseña nueva: por sí sola, no quita ninguna llave de acceso ni ninguna aplicación.

mail-address = Su dirección se ha cambiado
mail-address-text = La cuenta { $username } tiene ahora otra dirección. Los correos sobre ella ya no llegan aquí.
mail-if-not-you-sign-in = Si no fue usted, inicie sesión y cambie su contraseña ahora

mail-deleted-text = Su cuenta { $username } se eliminó, tal como usted pidió.
mail-deleted-not-you = Si no fue usted, avise a los responsables de este servicio.
