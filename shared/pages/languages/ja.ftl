### The texts in Japanese. Their names, arguments and notes are in en.ftl.

## Frame: around every page

error-in-title = エラー：{ $title }
link-help = ヘルプ
link-privacy = プライバシー
link-imprint = 運営者情報
request-id = リクエスト ID（お問い合わせの際にお知らせください）：{ $id }

## Dates and lists

date = { $year }年{ $month }{ $day }日
moment = { $date } { $hours }:{ $minutes } UTC
date-end = { $year }年12月31日
month-1 = 1月
month-2 = 2月
month-3 = 3月
month-4 = 4月
month-5 = 5月
month-6 = 6月
month-7 = 7月
month-8 = 8月
month-9 = 9月
month-10 = 10月
month-11 = 11月
month-12 = 12月
list = { $before }、{ $next }

## Words that several pages have

username = ユーザー名
password = パスワード
current-password = 現在のパスワード
new-password = 新しいパスワード
email-address = メールアドレス
password-rule = { $count }文字以上にしてください。スペースで区切った複数の単語がおすすめです。お名前やよく知られたパスワードは適していません。
continue = 続ける
sign-in = サインイン
sign-out = サインアウト
allow = 許可する
deny = 拒否する
back-to-account = アカウントに戻る
back-to-sign-in = サインインに戻る
signed-in-as = { $username } としてサインインしています。
apps-have-to-ask = これまでの許可では、アプリに新しいトークンは発行されません。アプリからもう一度ここに移動していただく必要があります。

## An app that nobody checked: in a box on the pages where people decide about it

registered-itself = このアプリは、{ $date }にアプリ自身が登録したものです。
describes-itself = このアプリの情報は、アプリ自身が { $host } で公開しているものです。
nobody-checked = アプリの名前や運営者は、ここでは誰も確認していません。応答先は { $host } です。

## Sign-in

sign-in-title = { $client } にサインイン
sign-in-for-app = { $client } に進むには、サインインしてください。
forgot-password = パスワードをお忘れですか？
create-an-account = アカウントを作成
sign-in-next = サインイン後の流れ
sign-in-next-device = サインインすると、デバイスが求めている内容を確認し、許可するかどうかを選べます。パスワードがここから外に出ることはありません。
sign-in-next-app = サインインすると、{ $host } に戻ります。パスワードがここから外に出ることはありません。

## Sign-in to the account

account-sign-in-title = アカウントにサインイン
account-sign-in-text = アカウントの確認や変更をするには、サインインしてください。
account-sign-in-again = サインインしてから時間がたっているか、お持ちのパスキーや第二要素を使わずにサインインしています。アカウントを変更する前に、もう一度サインインしてください。

## Why a sign-in failed: in a red box above the form

fault-password = ユーザー名またはパスワードが正しくありません。もう一度お試しください。
fault-code = コードが正しくないか、すでに使われています。次のコードが表示されるのを待って、もう一度お試しください。
fault-passkey-used = このパスキーは、同時に使われたか、すでに送信されたフォームで使われました。もう一度お試しください。
fault-passkey-of-another = このパスキーは別のアカウントのものです。ご自身のパスキーを使うか、パスワードでサインインしてください。
fault-passkey = このパスキーはここでは使えません。別のパスキーを使うか、パスワードでサインインしてください。
fault-too-many-seconds = 間違いの回数が多すぎます。{ $seconds }秒後にもう一度お試しください。
fault-too-many-minutes = 間違いの回数が多すぎます。{ $minutes }分後にもう一度お試しください。
fault-form-no-cookie = ブラウザーから Cookie が返されませんでした。このサイトの Cookie を許可してから、もう一度サインインしてください。
fault-form-expired = このフォームは開いてから時間がたちすぎています。もう一度サインインしてください。
fault-form-used = このフォームはすでに使われています。もう一度サインインしてください。
fault-form-other-browser = このフォームは、別のブラウザーで開かれたか、Cookie が消去される前に開かれたものです。もう一度サインインしてください。
fault-form-other-request = このフォームは別のリクエストのものです。もう一度サインインしてください。
fault-form-cross-site = このフォームは別のサイトから送信されました。ここでサインインするつもりだった場合のみ、サインインしてください。
fault-form-incomplete = このフォームは不完全でした。もう一度サインインしてください。

## Second factor at the sign-in

factor-title-code = コードの入力
factor-title-passkey = パスキーの使用
factor-text-code = 続けるには、認証アプリに表示されているコードを入力してください。
factor-text-passkey = 続けるには、パスキーを使ってください。ここではパスワードだけでは不十分です。
no-scripts = このブラウザーではスクリプトが動作していません。パスキーを使うにはスクリプトが必要です。
factor-code = 6桁のコード
factor-without-app = アプリを使えない場合
factor-without-passkey = パスキーを使えない場合
recovery-code = リカバリーコード
recovery-code-rule = 保管したコードのうちの1つです。それぞれ1回だけ使えます。
use-recovery-code = リカバリーコードを使う
sign-in-as-other = 別のアカウントでサインイン
use-passkey = パスキーを使う
no-passkey-used = パスキーは使われませんでした。もう一度お試しになるか、パスワードでサインインしてください。

## Consent: an app asks for access

consent-title = { $client } にアクセスを許可しますか？
consent-heading = アクセスを許可しますか？
consent-changed = このページを開いている間に、リクエストの内容が変わりました。
consent-changed-text = まだ何も許可されていません。もう一度内容をお読みください。
consent-asks = { $client } がアカウント { $username } へのアクセスを求めています。
consent-native = このデバイス上のアプリが回答を受け取ります。
consent-native-text = どのアプリなのかを確認することはできません。ご自身で始めた場合のみ、許可してください。
consent-asked = 求められている内容
consent-nothing-asked = 具体的な権限は求められていません。
consent-apis = 使用できる API
consent-profile-here = ここでのプロフィール
consent-actors = ほかに代理で操作できるサービス
consent-actors-text = アプリは、このアクセスを次のサービスに引き渡すことができます：
consent-links = アプリ独自のページ：{ $links }。
consent-link-website = ウェブサイト
consent-link-policy = プライバシーポリシー
consent-link-terms = 利用規約
consent-links-unchecked = これらのページは、ここでは誰も確認していません。
consent-answer-goes-to = 回答は { $host } に送られます。
not-you = ご本人ではありませんか？　別のアカウントを使う

## Permissions that every app may ask for: each in a list, after "What it asks for"

scope-openid = ご本人が誰であるかを知る
scope-profile = お名前などのプロフィールを見る
scope-email = メールアドレスを見る
scope-address = 住所を見る
scope-phone = 電話番号を見る
scope-roles = 役割を見る
scope-groups = 所属しているグループを見る
scope-offline-access = ご不在の間もこのアクセスを維持する

## Devices, such as televisions

device-title = デバイスを接続
device-text = デバイスに表示されているコードを入力してください。
device-code = コード
device-code-rule = コードは英字8文字です。大文字と小文字の違い、スペース、ハイフンは気にする必要はありません。
device-code-unknown = このコードは登録されていないか、有効期限が切れています。デバイスのコードをご確認ください。
device-too-many-seconds = 間違ったコードの入力が多すぎます。{ $seconds }秒後にもう一度お試しください。
device-too-many-minutes = 間違ったコードの入力が多すぎます。{ $minutes }分後にもう一度お試しください。
device-consent-title = デバイスにアクセスを許可しますか？
device-consent-asks = デバイス上の { $client } がアカウント { $username } へのアクセスを求めています。
device-consent-code = デバイスにこのコードが表示されていますか？
device-consent-from = リクエストはアドレス { $address } から送られました。
device-consent-warning = 目の前にあるデバイスで、たった今ご自身で始めた場合のみ、許可してください。
device-consent-warning-text = 誰かからコードやリンクが送られてきた場合は、拒否してください。許可すると、その人がアクセスできるようになります。
device-consent-answer = 回答はデバイスに送られます。
device-allowed-title = デバイスが接続されました
device-allowed-text = デバイスにお戻りください。このページは閉じてもかまいません。
device-denied-title = デバイスのアクセスは許可されませんでした
device-denied-text = 何も許可されていません。ご自身のデバイスで始めたものでない場合、ほかに必要な操作はありません。

## On the way back to an app: seen for a moment only

form-post-title = { $host } に戻ります
form-post-heading = アプリに戻ります
form-post-text = { $host } に移動しています。
post-again-title = 少しお待ちください
post-again-text = アプリからここに移動しました。

## An app sent a request that does not work

returned-error-title = このリクエストは処理できません
returned-error-text = { $client } からここに移動しましたが、アプリのリクエストを処理できません。サインインは行われていません。
returned-error-invalid-request = リクエストに不足があるか、無効な内容が含まれています。
returned-error-unauthorized-client = このアプリは、この方法でリクエストすることを許可されていません。
returned-error-access-denied = アクセスは許可されませんでした。
returned-error-unsupported-response-type = アプリが求めている種類の応答は、ここでは使えません。
returned-error-invalid-scope = アプリが求めている権限は、ここにないか、このアプリには許可されていません。
returned-error-invalid-target = アプリが求めている API は、ここに登録されていないか、このアプリには許可されていません。
returned-error-nobody-asked = アプリは確認なしの応答を求めていますが、先にサインインまたは確認が必要です。
returned-error-signed-request = アプリの署名付きリクエストは、ここでは無効です。
returned-error-request-reference = アプリが示しているリクエストは、取得できなかったか、ここでは使えません。
returned-error-not-supported = アプリのリクエストの方法は、ここではサポートされていません。
returned-error-unmet = アプリが求めているサインインの方法は、ここでは使えません。
returned-error-for-app = アプリの運営者向けのエラー：{ $error }
returned-error-continue = { $host } に進む
returned-error-warning = このアプリをご存じの場合のみ、進んでください。アプリにはエラーだけが伝わり、ご本人の情報は伝わりません。

## Sign-out

sign-out-title = サインアウトしますか？
sign-out-asked = { $client } がサインアウトを求めています。
sign-out-next = その後、{ $host } の { $client } に戻ります。
stay-signed-in = サインインしたままにする
signed-out-title = サインアウトしました
signed-out-text = このブラウザーでサインアウトしました。まだお使いのアプリには、反映されるまで少し時間がかかることがあります。
signed-out-elsewhere-text = アプリが指定したセッションは、サインインしていたブラウザーで終了しました。まだ使われているアプリには、反映されるまで少し時間がかかることがあります。
not-signed-in-title = サインインしていません
not-signed-in-session-text = このブラウザーでは誰もサインインしておらず、アプリが指定したセッションも見つかりませんでした。何も変更されていません。
not-signed-in-text = このブラウザーでは誰もサインインしていません。何も変更されていません。
stayed-title = サインインしたままです
stayed-text = 何も変更されていません。このページは閉じてもかまいません。

## Account: overview

account-title = アカウント
account-change-password = パスワードの変更
account-factors = 第二要素
account-passkeys = パスキー
account-email = メールアドレス
account-download = データのダウンロード
account-delete = アカウントの削除
account-sign-out = このブラウザーでサインアウト
account-names = お名前
name = 氏名
given-name = 名
family-name = 姓
save = 保存
account-apps = アカウントにアクセスできるアプリ
account-no-apps = アクセスできるアプリはありません。
account-app-host = サイト：{ $host }
account-app-scope = 権限：{ $scope }
account-app-since = { $date }から
account-withdraw = アクセスを取り消す
account-withdraw-text = アクセスを取り消されたアプリは、もう一度許可を求める必要があります。アプリがすでに持っているトークンは、数分間使えることがあります。
account-sessions = サインイン中のブラウザー
account-this-browser = このブラウザー（サインイン：{ $moment }）
account-another-browser = 別のブラウザー（サインイン：{ $moment }）
last-used = 最終使用：{ $moment }
account-sign-out-there = そのブラウザーでサインアウト
sign-out-others = ほかのすべてのブラウザーでサインアウト
profile-name-unfit = 名前は100文字以内で、見えない文字や、リンクのように見える文字列は使えません。
profile-changed-meanwhile = その間に、ご自身またはサービスの運営者がプロフィールを変更しました。内容をご確認のうえ、もう一度保存してください。

## Account: password

change-password = パスワードを変更
current-password-wrong = 現在のパスワードが正しくありません。
new-password-unchanged = 新しいパスワードが現在のパスワードと同じです。
password-too-short = このパスワードは使えません。{ $count }文字より短いためです。
password-too-long = このパスワードは使えません。1024バイトを超えているためです。
password-bad-characters = このパスワードは使えません。制御文字または見えない文字が含まれているためです。
password-is-hash = このパスワードは使えません。パスワードのハッシュ値であるためです。
password-common = このパスワードは使えません。最初に試されるパスワードの1つであるためです。
password-known-words = このパスワードは使えません。ご本人の名前やアドレス、またはこのサイトの名前だけでできているためです。
password-changed-title = パスワードが変更されました
password-changed-text = このブラウザーではサインインしたままです。
password-changed-others = ほかのすべてのブラウザーではサインアウトしました。
password-changed-factor = 以前のパスワードをほかの人が知っていた場合は、{ $factor }もご確認ください。新しいパスワードを設定しても、削除されません。
password-changed-factors = 以前のパスワードをほかの人が知っていた場合は、{ $factor }と{ $passkeys }もご確認ください。新しいパスワードを設定しても、どちらも削除されません。
password-changed-link-factor = 第二要素
password-changed-link-passkeys = パスキー

## Forgotten password

forgotten-title = パスワードを忘れた場合
forgotten-text = リンクを記載したメールをお送りします。リンク先で新しいパスワードを設定してください。
username-or-email = ユーザー名またはメールアドレス
send-mail = メールを送信
mail-form-no-cookie = ブラウザーから Cookie が送られませんでした。このサイトの Cookie を許可してから、フォームをもう一度送信してください。
mail-form-over = このフォームは、開いてから時間がたちすぎているか、別のページのものです。もう一度送信してください。
mail-too-many = ここからのメールの請求が多すぎます。{ $seconds }秒待ってから、フォームをもう一度送信してください。
mail-sent-title = メールをご確認ください
forgotten-sent-text = この名前またはアドレスのアカウントがあり、確認済みのアドレスが登録されている場合は、リンクを記載したメールをお送りしています。
forgotten-sent-more = リンクの有効期間は30分です。メールが届かない場合は、迷惑メールをご確認いただくか、サービスの運営者にお問い合わせください。
reset-title = 新しいパスワードの設定
reset-account = アカウント { $username } のパスワードを設定します。
reset-consequences = すべてのブラウザーでサインアウトします。これまでの許可では、アプリに新しいトークンは発行されません。アプリからもう一度ここに移動していただく必要があります。
set-password = パスワードを設定
reset-done-title = パスワードが設定されました
reset-done-text = すべてのブラウザーでサインアウトしました。新しいパスワードでサインインしてください。
reset-done-factors = 以前のパスワードをほかの人が知っていた場合は、アカウントのパスキーと第二要素もご確認ください。新しいパスワードを設定しても、どちらも削除されません。

## New accounts

sign-up-text = リンクを記載したメールをお送りします。リンク先でユーザー名とパスワードを決めてください。
sign-up-have-account = すでにアカウントを持っています
address-malformed = ada@example.org のような形式のアドレスではありません。
address-not-admitted = このドメインのアドレスはここでは使えません。ご所属の組織のアドレスを使ってください。
sign-up-sent-text = このアドレスにメールをお送りしています。30分以内にメールのリンクを開いてください。
sign-up-sent-more = メールが届かない場合は、迷惑メールをご確認いただくか、サービスの運営者にお問い合わせください。
new-account-title = アカウントを作成してください
new-account-name-rule = サインインに使う名前です。スペースは使えません。メールアドレスをユーザー名にすることもできます。アプリに表示されることがあります。
create-the-account = アカウントを作成
name-malformed = このユーザー名は使えません。1～128バイトで、スペースや見えない文字は使えません。
name-unusual = このユーザー名は使えません。合字や絵文字など、ユーザー名に使えない文字や記号が含まれています。
name-link = このユーザー名は使えません。記号 { $signs } は使えず、www. で始めることもできません。
name-another-address = このユーザー名は使えません。@ を含むユーザー名は、ご自身のアドレスでなければなりません。
name-taken = このユーザー名はすでに使われています。別のものを選んでください。
name-too-many = 試されたユーザー名が多すぎます。{ $seconds }秒待ってから、フォームをもう一度送信してください。
new-account-done-title = アカウントの準備ができました
new-account-done-text = ユーザー名とパスワードでサインインしてください。アプリからここに移動した場合は、その続きに進みます。

## Account: email address. Its title is account-email.

email-none = アカウントにアドレスが登録されていません。
email-confirmed = アドレスは { $address } です。確認済みです。
email-unconfirmed = アドレスは { $address } です。まだ確認されていません。
email-text = アカウントに関するメールは、確認済みのアドレスに送られます。忘れたパスワードの再設定にも、このアドレスを使います。
email-to-confirm = 確認するアドレス
email-send = このアドレスにメールを送信
email-sent-text = リンクを記載したメールをこのアドレスにお送りしています。30分以内に、このブラウザーでリンクを開いてください。
email-sent-more = それまで、アドレスは変わりません。
confirm-title = アドレスの確認
confirm-text = 今後、アカウントに関するメールは { $address } に送られます。
confirm-address = アドレスを確認する
confirm-leave = 変更しない

## Account: second factor. Its title is account-factors.

factors-app = 認証アプリ
factors-app-text = { $date }に追加されました。パスワードの後に、アプリに表示されるコードの入力が必要です。
factors-remove = アプリとリカバリーコードを削除
factors-remove-app = アプリを削除
factors-codes = リカバリーコード
factors-codes-left = 残りのコードは{ $count }個です。新しいコードを作成すると、これまでのコードはすべて置き換えられます。
factors-new-codes = 新しいリカバリーコードを作成
factors-changed-meanwhile = その間に第二要素が変更されました。内容をご確認のうえ、もう一度お試しください。
factors-needed = アプリなしで使うには、パスワードが短すぎます。先に{ $count }文字以上のパスワードを設定してください。
new-factor-title = 認証アプリの追加
new-factor-text = アプリを追加すると、パスワードだけではサインインできなくなります。
new-factor-demanded = アプリを利用するには第二要素が必須です。続けるには、第二要素を追加してください。
new-factor-passkey = 代わりにパスキーを追加
new-factor-scan = アプリでこの画像を読み取るか、下のキーをアプリに入力してください。
new-factor-picture = アプリのカメラで読み取るキーの画像
new-factor-type = このキーをアプリに入力してください。
new-factor-key = キーはここでしか表示されません。ほかの人には見せないでください。
new-factor-code = アプリに今表示されている6桁のコード
new-factor-add = アプリを追加
new-factor-wrong = コードが正しくありません。次のコードが表示されるのを待ち、デバイスの時計もご確認ください。
recovery-codes-title = リカバリーコード
recovery-codes-app-added = アプリが追加されました。
recovery-codes-passkey-added = パスキーが追加されました。
recovery-codes-text = これらのコードは、紙に書くなどして、アプリやパスキーがなくても見られるところに保管してください。それぞれのコードで、パスワードの後に1回だけサインインできます。
recovery-codes-once = コードはここでしか表示されません。以前のコードはもう使えません。
recovery-codes-kept = 保管しました

## Account: passkeys. Their title is account-passkeys.

passkeys-text = パスキーを使うと、パスワードを入力せずに、デバイスのロック解除でサインインできます。
passkeys-none = パスキーはありません。
passkey-added = { $date }に追加
passkey-unused = まだ使われていません
passkey-elsewhere = { $host } 用に作成されたため、ここでは使えません
passkey-new-name = 新しい名前
rename = 名前を変更
passkey-is-last = パスワード以外の要素はこれだけです。パスワード以外の要素を必須とするアプリは利用できなくなります。
remove = 削除
passkeys-apps-have-to-ask = パスキーを削除すると、これまでの許可では、アプリに新しいトークンは発行されません。アプリからもう一度ここに移動していただく必要があります。
passkey-demanded = アプリを利用するにはパスキーが必須です。続けるには、パスキーを追加してください。
add-passkey = パスキーを追加
passkey-name = 名前（デバイスの名前など）
no-passkey-made = パスキーは作成されませんでした。もう一度お試しください。すでにパスキーがあるデバイスでは、2つ目は作成されません。
passkey-not-usable = ここで使えるパスキーがデバイスで作成されませんでした。もう一度お試しになるか、別のデバイスを使ってください。
passkeys-changed-meanwhile = その間にパスキーが変更されたか、すでに20個あります。内容をご確認のうえ、もう一度お試しください。
passkey-confirm-last = パスワード以外の要素はこれだけです。削除してよいことを確認してください。

## Account: the end of it. Its title is account-delete.

delete-text = アカウントはすぐに完全に削除されます。すべての場所でサインアウトし、アプリはアクセスできなくなります。アプリが自ら保存している情報は、アプリに残ります。
delete-the-account = アカウントを削除
deleted-title = アカウントが削除されました
deleted-text = すべての場所でサインアウトしました。アクセスできるアプリはもうありません。

## Problems: titles

problem-try-again = もう一度お試しください
problem-sign-in-again = もう一度サインインしてください
problem-not-found = このページはありません
problem-not-found-text = アドレスが正しくありません。
problem-method = この操作はできません
problem-method-text = この方法ではこのページを表示できません。
problem-unreadable = このリクエストを読み取れません
problem-unreadable-text = リクエストが長すぎるか、正しくエンコードされていません。
problem-form-unreadable = このフォームを読み取れません
problem-form-unreadable-text = 前のページに戻って、もう一度お試しください。
problem-form-expired = このフォームは開いてから時間がたちすぎています
problem-form-used = このフォームはすでに使われています
problem-form-other-browser = このフォームは別のサインインのものです
problem-form-other-request = このフォームは別のリクエストのものです
problem-form-other-page = このフォームは別のページのものです
problem-form-cross-site = このフォームは別のサイトから送信されました
problem-form-no-cookie = ブラウザーから Cookie が送られませんでした
problem-form-incomplete = このフォームは不完全です

## Problems with the request of an app

ask-the-app = アプリに戻って、最初からやり直してください。同じことが起きる場合は、アプリの運営者にお知らせください。
problem-app-set-up = このアプリは正しく設定されていません
problem-no-client-id = どのアプリからここに移動したのかが、リクエストに示されていません（client_id）。
problem-bad-redirect-uri = 応答の送り先が、リクエストに正しく示されていません（redirect_uri）。
problem-state-too-long = アプリから8192バイトを超える state が送られたため、そのままの形でアプリに返すことができません。
problem-two-requests = アプリから1つのリクエストの中に2つのリクエストが送られました（request と request_uri）。
problem-client-unknown = ここに移動する前のアプリは、登録されていないか、無効になっています。
problem-redirect-uri-unregistered = アプリが、登録されていないアドレスへの応答を求めています。
problem-redirect-uri-unregistered-local = アプリが、登録されていないアドレスへの応答を求めています。リクエストのアドレス：{ $asked }。登録されているアドレス：{ $registered }。
problem-no-redirect-uri = 応答の送り先が、アプリから示されていません（redirect_uri）。
problem-signed-malformed = アプリから送られた署名付きリクエストは、不完全か、形式が正しくありません。
problem-signed-unsigned = アプリから送られたリクエストは、正しく署名されていません。
problem-signed-for-another = アプリから送られた署名付きリクエストは、別のアプリまたは別のサイトに宛てたものです。
problem-signed-early = アプリから送られた署名付きリクエストは、まだ有効になっていません。アプリの時計がずれている可能性があります。
problem-signed-expired = アプリの署名付きリクエストの有効期限が切れています。
problem-signed-too-long = アプリから送られた署名付きリクエストの有効期間が、ここで許可されている長さを超えています。
problem-signed-request = アプリから送られた署名付きリクエストは、ここでは無効です。
problem-over = このリクエストはもう有効ではありません
problem-pushed-used = このリクエストにはすでに回答があります。二重の処理は行われていません。
problem-pushed-expired = 開いてから時間がたちすぎています。
problem-pushed-unknown = アプリが示しているリクエストは、ここで作成されたものではないか、かなり前に作成されたものです（request_uri）。
problem-device-over = コードの有効期限が切れているか、すでに誰かが回答しています。二重の処理は行われていません。
problem-factor-missing = 第二要素が必要です
problem-factor-missing-text = このアプリでは第二要素が必須です。アカウントのページで追加してから、最初からやり直してください。
problem-app-unrecognised = このアプリを識別できません
problem-document-not-fetched = アプリが自身の情報を公開しているアドレスから、正しい応答がありません。しばらくしてからもう一度お試しください。
problem-too-many-apps = ここからのアプリの照会が多すぎます。1分後にもう一度お試しください。
problem-document-unusable = アプリが公開している自身の情報は、ここでは使えません（{ $member }）。
problem-sign-in-down = 現在、サインインできません。1分後にもう一度お試しください。

## Problems with the form of the consent page: below the titles of forms

consent-form-used = 回答はすでに送信されています。二重の処理は行われていません。
consent-form-expired = フォームの有効期間は30分です。何も許可されていません。
consent-form-other-browser = 前回のサインインより前に開かれたか、別のブラウザーで開かれました。何も許可されていません。
consent-form-other-request = フォームとリクエストが一致しません。何も許可されていません。
consent-form-cross-site = 何も許可されていません。
consent-form-no-cookie = このサイトの Cookie を許可してください。何も許可されていません。
consent-form-incomplete = 一部が欠けているか、ここで作成されたものではありません。何も許可されていません。
continue-if-app-did-not = アプリが先に進まなかった場合は、ここから続けてください。
continue-to-decide = 許可するかどうかを決める場合は、ここから続けてください。
continue-to-be-asked = もう一度確認画面を表示するには、ここから続けてください。

## Problems with a sign-out

problem-sign-out = このサインアウトのリクエストは処理できません
sign-out-repeated = ここに移動する前のアプリに誤りがあります。同じパラメーターが2回以上含まれています。
sign-out-client-id = ここに移動する前のアプリに誤りがあります。client_id の形式が正しくありません。
sign-out-redirect-uri = ここに移動する前のアプリに誤りがあります。post_logout_redirect_uri が、フラグメントのない絶対 URI ではありません。
sign-out-state = ここに移動する前のアプリに誤りがあります。state が8192バイトを超えています。
sign-out-bad-hint = ここに移動する前のアプリは、自身が何者であるかを正しく証明しませんでした（id_token_hint）。
sign-out-unregistered = アプリが、登録されていないアドレスに戻ることを求めています（post_logout_redirect_uri）。
sign-out-still-signed-in = サインインしたままです。
sign-out-here = サインインしたままです。サインアウトする場合は、ここで行えます。
sign-out-down = 現在、サインアウトできません。まだサインインしている可能性があります。1分後にもう一度お試しください。

## Problems with the account

account-nothing-changed = 何も変更されていません。アカウントに進み、そこでもう一度お試しください。
problem-link-over = このリンクはもう使えません
problem-link-over-text = リンクが使えるのは1回だけで、有効期間は30分です。パスワードまたはアドレスが変更されると使えなくなります。新しいリンクを請求してください。
problem-sign-up-over-text = リンクが使えるのは1回だけで、有効期間があります。すでにアカウントがある場合は、サインインしてください。ない場合は、新しいリンクを請求してください。
problem-address-taken = このアドレスは別のアカウントのものです
problem-address-taken-text = 1つのアドレスは1つのアカウントでのみ使えます。何も変更されていません。
account-down = 現在、アカウントに接続できません。変更が反映されたかどうか、1分後にご確認ください。

## Mails
## The first message of each is its subject. Values have no bold type here.

mail-link = { $label }：
mail-copy-address = ボタンが動作しない場合は、このアドレスをブラウザーにコピーしてください：
mail-link-minutes = リンクが使えるのは1回だけで、有効期間は{ $minutes }分です。
mail-link-until = リンクが使えるのは1回だけで、有効期限は { $date } です。
mail-if-you = ご自身による操作であれば、何もする必要はありません。
mail-if-you-cannot = それができない場合は、サービスの運営者にお知らせください。
mail-if-not-you-password = 心当たりがない場合は、今すぐ新しいパスワードを設定する
mail-if-not-you-factors = 心当たりがない場合は、今すぐパスキーと第二要素を確認する

mail-reset-text = アカウント { $username } の新しいパスワードを設定したいという依頼がありました。
mail-reset-ignore = 心当たりがない場合は、このメールを無視してください。パスワードは変わりません。

mail-confirm-text = サインインしている方から、このアドレスをアカウントに使いたいという依頼がありました。
mail-confirm-minutes = サインインしているブラウザーでリンクを開いてください。リンクが使えるのは1回だけで、有効期間は{ $minutes }分です。
mail-confirm-ignore = 心当たりがない場合は、このメールを無視してください。何も変更されていません。

mail-sign-up-text = このアドレスでアカウントを作成したいという依頼がありました。
mail-invitation = アカウント作成のご招待
mail-invitation-text = このアドレスでアカウントを作成するよう招待されています。
mail-new-account-ignore = 心当たりがない場合は、このメールを無視してください。リンクを使うまで、アカウントは作成されません。

mail-has-account = すでにアカウントをお持ちです
mail-has-account-text = このアドレスでアカウントを作成しようとした人がいます。このアドレスにはすでにアカウントがあります：{ $username }。
mail-has-account-advice = そのアカウントでサインインしてください。パスワードがわからなくなった場合は、新しいパスワードを設定してください。
mail-has-account-ignore = 心当たりがない場合は、このメールを無視してください。何も変更されていません。

mail-password = パスワードが変更されました
mail-password-by-mail = メールのリンクから、アカウント { $username } の新しいパスワードが設定されました。
mail-password-changed = アカウント { $username } のパスワードが変更されました。
mail-password-then = その後、パスキーと第二要素をご確認ください。新しいパスワードを設定しても、どちらも削除されません。

mail-factor-added = 第二要素が追加されました
mail-factor-added-text = アカウント { $username } に認証アプリが追加されました。
mail-factor-removed = 第二要素が削除されました
mail-factor-removed-text = アカウント { $username } から認証アプリが削除されました。
mail-passkey-added = パスキーが追加されました
mail-passkey-added-text = アカウント { $username } にパスキーが追加されました。
mail-passkey-removed = パスキーが削除されました
mail-passkey-removed-text = アカウント { $username } からパスキーが削除されました。
mail-new-codes = 新しいリカバリーコードが作成されました
mail-new-codes-text = アカウント { $username } の新しいリカバリーコードが作成されました。
mail-code-used = リカバリーコードが使われました
mail-code-used-text = アカウント { $username } へのサインインにリカバリーコードが使われました。
mail-factors-then = 心当たりのないものを削除し、新しいパスワードを設定してください。パスワードの設定だけでは、パスキーもアプリも削除されません。

mail-address = アドレスが変更されました
mail-address-text = アカウント { $username } のアドレスが変更されました。このアカウントに関するメールは、今後ここには届きません。
mail-if-not-you-sign-in = 心当たりがない場合は、今すぐサインインしてパスワードを変更する

mail-deleted-text = ご依頼のとおり、アカウント { $username } が削除されました。
mail-deleted-not-you = 心当たりがない場合は、サービスの運営者にお知らせください。
