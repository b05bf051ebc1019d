//! Mails that wait, and confirmed addresses: each of one person, taken over only from someone who has it no more.

use grants::Timestamp;
use protocol::{Claims, EmailAddress};
use sessions::{
    AddressLink, ChosenPassword, Invitation, InvitationId, Letter, LinkName, LinkPurpose, MailedLink, PasswordHash,
    QueuedMail, ResetLink, SessionStart, SignedIn, User, UserChange,
};
use store::{
    AddressClaim, AuditRecord, AuditTable, Changed, Confirmed, CreatedUser, PeopleTable, SignUp, SignUpRight, SignedUp,
    UserChanged, Write,
};

use crate::fixtures::NOW;
use crate::people_table::{session_of, user};
use crate::place::Place;

fn address() -> EmailAddress {
    EmailAddress::parse("shared@example.org").unwrap()
}

/// Registers a person with a session.
async fn person(people: &PeopleTable, name: &str) -> SignedIn {
    let user = User { claims: Claims::default(), ..user(name) };
    assert_eq!(people.create_user(&user, None).await.unwrap(), Changed::Done);
    let (signed_in, _) = session_of(&user);
    people.start_session(signed_in.session(), SessionStart::New).await.unwrap();
    signed_in
}

/// A link that was sent in a mail, and is not used yet.
async fn sent_link(people: &PeopleTable) -> LinkName {
    let name = MailedLink::new(LinkPurpose::NewPassword, b"content", edge::random()).name();
    people.remember_link(name, NOW.plus(60)).await.unwrap();
    name
}

async fn confirm(people: &PeopleTable, person: &SignedIn, now: Timestamp) -> Confirmed {
    let (address, user) = (address(), people.user(person.user().key).await.unwrap().unwrap());
    let change = AddressLink::new(&user, address.clone(), now).confirm(&user, now).unwrap();
    let claim = AddressClaim { address: &address, change: &change, link: sent_link(people).await, beside: None };
    people.confirm_own_address(person, claim, now).await.unwrap()
}

async fn holder(people: &PeopleTable) -> Option<String> {
    people.by_address(&address()).await.unwrap().map(|user| user.username.to_string())
}

async fn c236_an_address_is_of_one_person_and_leads_there_while_it_is_confirmed(place: Place) {
    let people = place.stores.people().unwrap();
    let (ada, bob) = (person(&people, "ada").await, person(&people, "bob").await);
    assert_eq!(holder(&people).await, None);
    let (one, two) = tokio::join!(confirm(&people, &ada, NOW), confirm(&people, &bob, NOW));
    let (winner, loser) = match (one, two) {
        (Confirmed::Done, Confirmed::Taken) => (&ada, &bob),
        (Confirmed::Taken, Confirmed::Done) => (&bob, &ada),
        other => panic!("{other:?}"),
    };
    assert_eq!(holder(&people).await, Some(winner.user().username.to_string()));
    assert_eq!(confirm(&people, loser, NOW).await, Confirmed::Taken);
    // The winner gets another address, and the loser the one that leads to nobody then.
    let now_has = people.user(winner.user().key).await.unwrap().unwrap();
    let moved = UserChange::set_claims(&now_has, Claims::default());
    assert_eq!(people.change_user(&moved, None).await.unwrap(), UserChanged::Done);
    assert_eq!(holder(&people).await, None);
    assert_eq!(confirm(&people, loser, NOW).await, Confirmed::Done);
    assert_eq!(holder(&people).await, Some(loser.user().username.to_string()));
    // So does one whose holder is gone.
    let gone = people.user(loser.user().key).await.unwrap().unwrap();
    people.delete_user(&gone, None).await.unwrap();
    assert_eq!(confirm(&people, winner, NOW).await, Confirmed::Done);
    people.end_session(winner.session()).await.unwrap();
    assert_eq!(confirm(&people, winner, NOW).await, Confirmed::Over);
}

async fn c235_of_sign_ups_with_one_name_or_one_address_one_is_carried_out(place: Place) {
    let people = place.stores.people().unwrap();
    let claims = Claims::parse(r#"{"email":"Shared@example.org","email_verified":true}"#).unwrap();
    let new = |name: &str| User { claims: claims.clone(), created_at: NOW.plus(9), ..user(name) };
    let address = address();
    let sign_up = async |user: &User, issued_at| {
        let (right, link) = (SignUpRight::Link(issued_at), sent_link(&people).await);
        people.sign_up(SignUp { user, address: &address, right, link }, None).await.unwrap()
    };
    let (one, two) = (new("one"), new("two"));
    let both = tokio::join!(sign_up(&one, NOW), sign_up(&two, NOW));
    let winner = match both {
        (SignedUp::Done, SignedUp::AddressTaken) => "one",
        (SignedUp::AddressTaken, SignedUp::Done) => "two",
        other => panic!("{other:?}"),
    };
    assert_eq!(holder(&people).await.as_deref(), Some(winner));
    let loser = if winner == "one" { &two } else { &one };
    assert!(people.by_name(&loser.username).await.unwrap().is_none());
    // The address is given up: a link from before makes nothing, and a new one does.
    let there = people.by_address(&address).await.unwrap().unwrap();
    people.change_user(&UserChange::set_claims(&there, Claims::default()), None).await.unwrap();
    for late in [NOW, NOW.plus(9)] {
        assert_eq!(sign_up(loser, late).await, SignedUp::AddressTaken);
    }
    // A name that is taken leaves the address free, whatever its case.
    let same_name = User { username: there.username.clone(), ..new("other") };
    assert_eq!(sign_up(&same_name, NOW.plus(10)).await, SignedUp::NameTaken);
    assert_eq!(holder(&people).await, None);
    assert_eq!(sign_up(loser, NOW.plus(10)).await, SignedUp::Done);
    assert_eq!(holder(&people).await, Some(loser.username.to_string()));
}

async fn c235_a_link_from_before_a_deletion_makes_no_account_after_it(place: Place) {
    let people = place.stores.people().unwrap();
    let claims = Claims::parse(r#"{"email":"Shared@example.org","email_verified":true}"#).unwrap();
    let new = |name: &str| User { claims: claims.clone(), created_at: NOW.plus(9), ..user(name) };
    let address = address();
    let sign_up = async |user: &User, issued_at| {
        let (right, link) = (SignUpRight::Link(issued_at), sent_link(&people).await);
        people.sign_up(SignUp { user, address: &address, right, link }, None).await.unwrap()
    };
    assert_eq!(sign_up(&new("first"), NOW).await, SignedUp::Done);
    let there = people.by_address(&address).await.unwrap().unwrap();
    people.release_address(&there, NOW.plus(20)).await.unwrap();
    people.delete_user(&there, None).await.unwrap();
    assert_eq!(holder(&people).await, None);
    let late = new("late");
    for issued_at in [NOW, NOW.plus(19), NOW.plus(20)] {
        assert_eq!(sign_up(&late, issued_at).await, SignedUp::AddressTaken);
    }
    assert_eq!(sign_up(&late, NOW.plus(21)).await, SignedUp::Done);
    assert_eq!(holder(&people).await.as_deref(), Some("late"));
    // Whoever confirms an address that leads nowhere has it.
    let there = people.by_address(&address).await.unwrap().unwrap();
    people.release_address(&there, NOW.plus(22)).await.unwrap();
    people.delete_user(&there, None).await.unwrap();
    let ada = person(&people, "ada").await;
    assert_eq!(confirm(&people, &ada, NOW.plus(22)).await, Confirmed::Done);
    assert_eq!(holder(&people).await.as_deref(), Some("ada"));
}

async fn c235_an_invitation_makes_one_account_and_none_after_it_was_withdrawn(place: Place) {
    let people = place.stores.people().unwrap();
    let claims = Claims::parse(r#"{"email":"shared@example.org","email_verified":true}"#).unwrap();
    let new = |name: &str| User { claims: claims.clone(), ..user(name) };
    let invite = async || {
        let id = InvitationId::from_bytes(edge::random());
        let (username, expires_at) = (None, NOW.plus(60));
        let invitation = Invitation { id, address: address(), username, created_at: NOW, expires_at };
        assert_eq!(people.invite(&invitation, None).await.unwrap(), Changed::Done);
        assert_eq!(people.invite(&invitation, None).await.unwrap(), Changed::Refused);
        assert_eq!(people.invitation(id).await.unwrap(), Some(invitation));
        id
    };
    let address = address();
    let sign_up = async |user: &User, id| {
        let (right, link) = (SignUpRight::Invitation(id), sent_link(&people).await);
        people.sign_up(SignUp { user, address: &address, right, link }, None).await.unwrap()
    };
    let (first, second) = (invite().await, invite().await);
    assert_eq!(people.all_invitations().await.unwrap().len(), 2);
    let (one, two) = (new("one"), new("two"));
    let both = tokio::join!(sign_up(&one, first), sign_up(&two, first));
    assert!(matches!(both, (SignedUp::Done, SignedUp::AddressTaken) | (SignedUp::AddressTaken, SignedUp::Done)));
    assert_eq!(people.invitation(first).await.unwrap(), None);
    let there = people.by_address(&address).await.unwrap().unwrap();
    people.change_user(&UserChange::set_claims(&there, Claims::default()), None).await.unwrap();
    let three = new("three");
    assert_eq!(sign_up(&three, first).await, SignedUp::AddressTaken);
    for changed in [Changed::Done, Changed::Refused] {
        assert_eq!(people.withdraw_invitation(second, None).await.unwrap(), changed);
    }
    assert_eq!(sign_up(&three, second).await, SignedUp::AddressTaken);
    let third = invite().await;
    // A name that is taken leaves the invitation as it is.
    assert_eq!(sign_up(&new(&there.username.as_str().to_uppercase()), third).await, SignedUp::NameTaken);
    assert_eq!(people.all_invitations().await.unwrap().len(), 1);
    assert_eq!(sign_up(&three, third).await, SignedUp::Done);
}

async fn c235_an_address_of_an_operator_leads_to_its_first_person(place: Place) {
    let people = place.stores.people().unwrap();
    let claims = Claims::parse(r#"{"email":"Shared@example.org","email_verified":true}"#).unwrap();
    let [one, two] = ["one", "two"].map(|name| User { claims: claims.clone(), ..user(name) });
    for (person, led) in [(&one, Changed::Done), (&two, Changed::Refused), (&one, Changed::Done)] {
        people.create_user(person, None).await.unwrap();
        assert_eq!(people.lead_from_address(person, NOW).await.unwrap(), led);
    }
    assert_eq!(holder(&people).await.as_deref(), Some("one"));
    people.change_user(&UserChange::set_claims(&one, Claims::default()), None).await.unwrap();
    assert_eq!(people.lead_from_address(&two, NOW).await.unwrap(), Changed::Done);
    assert_eq!(holder(&people).await.as_deref(), Some("two"));
    assert_eq!(people.lead_from_address(&user("three"), NOW).await.unwrap(), Changed::Done);
}

/// The record of an operator who registers a person.
fn record(audit: &AuditTable, about: &User) -> Write {
    audit.record(&AuditRecord {
        at: NOW.seconds() * 1000,
        nonce: edge::random(),
        who: "local:ana@host".to_owned(),
        action: "user import".to_owned(),
        about: format!("user:{}", about.subject),
        attributes: Vec::new(),
    })
}

async fn c245_a_person_who_is_registered_has_the_address_at_once_or_not_at_all(place: Place) {
    let (people, audit) = (place.stores.people().unwrap(), place.audit());
    let claims = Claims::parse(r#"{"email":"shared@example.org","email_verified":true}"#).unwrap();
    let with_address = |name: &str| User { claims: claims.clone(), ..user(name) };
    let create = async |user: &User| {
        let created = people.create_user_with_address(user, || record(&audit, user), NOW).await.unwrap();
        (created, people.by_name(&user.username).await.unwrap().is_some_and(|found| found.key == user.key))
    };
    let records = async || audit.list(NOW.minus(60), NOW.plus(60)).await.unwrap().len();
    let [one, two, three] = ["one", "two", "three"].map(with_address);
    let both = tokio::join!(create(&one), create(&two));
    let (done, without) = ((CreatedUser::Done, true), (CreatedUser::WithoutAddress, true));
    assert!(both == (done, without) || both == (without, done), "{both:?}");
    let first = people.by_address(&address()).await.unwrap().unwrap();
    assert_eq!(first.username.as_str(), if both.0 == done { "one" } else { "two" });
    // A name that is taken takes no address.
    people.change_user(&UserChange::set_claims(&first, Claims::default()), None).await.unwrap();
    assert_eq!(create(&with_address("one")).await, (CreatedUser::Refused, false));
    assert_eq!((holder(&people).await, records().await), (None, 2));
    assert_eq!(create(&three).await, done);
    assert_eq!((holder(&people).await.as_deref(), records().await), (Some("three"), 3));
    assert_eq!(create(&user("four")).await, done);
    // The one that is there stays.
    assert_eq!((create(&user("four")).await, records().await), ((CreatedUser::Refused, false), 4));
}

async fn c245_a_person_who_is_taken_over_gets_the_address_only_if_it_is_nobodys(place: Place) {
    let people = place.stores.people().unwrap();
    let claims = Claims::parse(r#"{"email":"shared@example.org","email_verified":true}"#).unwrap();
    let bare = |name: &str| User { claims: Claims::default(), ..user(name) };
    let [one, two] = ["one", "two"].map(bare);
    let take_over = async |before: &User| {
        let change = UserChange::set_claims(before, claims.clone());
        let after = change.after(Some(before)).unwrap();
        people.change_user_with_address(&change, &after, NOW).await.unwrap()
    };
    for user in [&one, &two] {
        people.create_user(user, None).await.unwrap();
    }
    let both = tokio::join!(take_over(&one), take_over(&two));
    assert_eq!(both, (UserChanged::Done, UserChanged::Done), "each of them signs in");
    let first = holder(&people).await.expect("one of them");
    assert!(first == "one" || first == "two");
    // A change that was overtaken writes no alias, and one of a holder who gave the address up is taken over.
    let there = people.by_address(&address()).await.unwrap().unwrap();
    people.change_user(&UserChange::set_claims(&there, Claims::default()), None).await.unwrap();
    assert!(matches!(take_over(if first == "one" { &two } else { &one }).await, UserChanged::Refused(Some(_))));
    assert_eq!(holder(&people).await, None);
    let three = bare("three");
    people.create_user(&three, None).await.unwrap();
    assert_eq!(take_over(&three).await, UserChanged::Done);
    assert_eq!(holder(&people).await.as_deref(), Some("three"));
}

async fn c235_a_mail_waits_until_it_is_sent_and_does_not_come_back(place: Place) {
    let people = place.stores.people().unwrap();
    let mail = QueuedMail::new(Letter::ForgottenPassword("ada".to_owned()), edge::random(), NOW);
    assert_eq!(people.mail(mail.id).await.unwrap(), None);
    people.queue_mail(&mail).await.unwrap();
    assert_eq!(people.mail(mail.id).await.unwrap(), Some(mail.clone()));
    let again = mail.after_failure(NOW).unwrap();
    assert_eq!(people.retry_mail(&again).await.unwrap(), Changed::Done);
    assert_eq!(people.mail(mail.id).await.unwrap(), Some(again.clone()));
    for _ in 0..2 {
        people.forget_mail(mail.id).await.unwrap();
        assert_eq!(people.mail(mail.id).await.unwrap(), None);
    }
    assert_eq!(people.retry_mail(&again).await.unwrap(), Changed::Refused);
    assert_eq!(people.mail(mail.id).await.unwrap(), None);
}

async fn c235_a_link_that_was_never_sent_or_was_used_changes_nothing(place: Place) {
    let people = place.stores.people().unwrap();
    let claims = Claims::parse(r#"{"email":"shared@example.org","email_verified":true}"#).unwrap();
    let [reset, new] = ["reset", "new"].map(|name| User { claims: claims.clone(), ..user(name) });
    assert_eq!(people.create_user(&reset, None).await.unwrap(), Changed::Done);
    let change = |user: &User, text: &str| {
        let chosen = ChosenPassword::alone(PasswordHash::from_stored(text.to_owned()));
        ResetLink::new(user, &address(), NOW).reset(user, chosen, NOW).unwrap()
    };
    let never = MailedLink::new(LinkPurpose::NewPassword, b"content", edge::random()).name();
    let refused = people.change_user_by_link(&change(&reset, "forged"), never, None).await.unwrap();
    assert_eq!(refused, UserChanged::Refused(None));
    let right = SignUpRight::Link(NOW.plus(9));
    let forged = SignUp { user: &new, address: &EmailAddress::parse("new@example.org").unwrap(), right, link: never };
    assert_eq!(people.sign_up(forged, None).await.unwrap(), SignedUp::AddressTaken);
    let ada = person(&people, "ada").await;
    let mine = EmailAddress::parse("ada@example.org").unwrap();
    let confirmation = AddressLink::new(ada.user(), mine.clone(), NOW).confirm(ada.user(), NOW).unwrap();
    let claim = AddressClaim { address: &mine, change: &confirmation, link: never, beside: None };
    assert_eq!(people.confirm_own_address(&ada, claim, NOW).await.unwrap(), Confirmed::Changed);
    assert_eq!(people.user(reset.key).await.unwrap(), Some(reset.clone()));
    assert_eq!(people.by_name(&new.username).await.unwrap(), None);
    assert_eq!(people.user(ada.user().key).await.unwrap().as_ref(), Some(ada.user()));
    // One that was sent is there until it is used, once.
    let link = sent_link(&people).await;
    assert!(people.knows_link(link).await.unwrap() && !people.knows_link(never).await.unwrap());
    assert_eq!(people.change_user_by_link(&change(&reset, "set"), link, None).await.unwrap(), UserChanged::Done);
    assert!(!people.knows_link(link).await.unwrap());
    let now = people.user(reset.key).await.unwrap().unwrap();
    assert_eq!(now.password.as_stored(), "set");
    let again = people.change_user_by_link(&change(&now, "again"), link, None).await.unwrap();
    assert_eq!(again, UserChanged::Refused(None));
    assert_eq!(people.user(reset.key).await.unwrap(), Some(now.clone()));
    // A change that something else stands in the way of leaves the link.
    let link = sent_link(&people).await;
    let found = people.change_user_by_link(&change(&reset, "late"), link, None).await.unwrap();
    assert_eq!(found, UserChanged::Refused(Some(Box::new(now))));
    assert!(people.knows_link(link).await.unwrap());
}

crate::on_both! {
    c236_an_address_is_of_one_person_and_leads_there_while_it_is_confirmed,
    c235_of_sign_ups_with_one_name_or_one_address_one_is_carried_out,
    c235_a_link_from_before_a_deletion_makes_no_account_after_it,
    c235_an_invitation_makes_one_account_and_none_after_it_was_withdrawn,
    c235_an_address_of_an_operator_leads_to_its_first_person,
    c245_a_person_who_is_registered_has_the_address_at_once_or_not_at_all,
    c245_a_person_who_is_taken_over_gets_the_address_only_if_it_is_nobodys,
    c235_a_link_that_was_never_sent_or_was_used_changes_nothing,
    c235_a_mail_waits_until_it_is_sent_and_does_not_come_back,
}
