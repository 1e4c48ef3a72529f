//! The words of the panel and of the brief, in English, Finnish and Hungarian. Owns only words.

/// One phrase in English, Finnish and Hungarian: made by `words!`, chosen from by [`crate::text::Lang::pick`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words(pub(crate) &'static str);

/// The three in one text, where three texts would need three pointers: half a kilobyte in the wasm.
macro_rules! words {
    ($en:literal, $fi:literal, $hu:literal $(,)?) => {
        $crate::words::Words(concat!($en, "|", $fi, "|", $hu))
    };
}
pub(crate) use words;

pub(crate) const NEED_A_WAY: Words = words![
    "Please give an e-mail address or a phone number, so that we can answer.",
    "Anna sähköpostiosoite tai puhelinnumero, jotta voimme vastata.",
    "Kérjük, adjon meg egy e-mail-címet vagy telefonszámot, hogy válaszolhassunk.",
];
pub(crate) const BAD_EMAIL: Words = words![
    "This does not look like an e-mail address. Example: name@company.com",
    "Tämä ei näytä sähköpostiosoitteelta. Esimerkki: nimi@yritys.fi",
    "Ez nem tűnik e-mail-címnek. Például: nev@ceg.hu",
];
pub(crate) const BAD_PHONE: Words = words![
    "This does not look like a phone number. Example: +358 40 123 4567",
    "Tämä ei näytä puhelinnumerolta. Esimerkki: +358 40 123 4567",
    "Ez nem tűnik telefonszámnak. Például: +36 30 123 4567",
];
pub(crate) const NEED_CONSENT: Words = words![
    "Please tick the box: we may only contact you if you agree.",
    "Rastita ruutu: saamme ottaa yhteyttä vain suostumuksellasi.",
    "Kérjük, jelölje be: csak az Ön hozzájárulásával kereshetjük.",
];
pub(crate) const CONSENT_LINE: Words = words![
    "I agree that my details and this conversation are sent to the company so that it can contact me.",
    "Hyväksyn, että tietoni ja tämä keskustelu lähetetään yritykselle yhteydenottoa varten.",
    "Hozzájárulok, hogy adataimat és ezt a beszélgetést elküldjék a cégnek kapcsolatfelvétel céljából.",
];

/// Label of the launcher.
pub const OPEN_CHAT: Words = words!["Open chat", "Avaa keskustelu", "Csevegés megnyitása"];
/// Label of the button that closes the panel.
pub const CLOSE_CHAT: Words = words!["Close chat", "Sulje keskustelu", "Csevegés bezárása"];
/// Appended to the launcher's label.
pub const UNREAD: Words = words!["new message", "uusi viesti", "új üzenet"];
/// The panel's title where config gives no company.
pub const CHAT: Words = words!["Chat with us", "Keskustele kanssamme", "Beszéljen velünk"];
/// Label of the transcript.
pub const MESSAGES: Words = words!["Messages", "Viestit", "Üzenetek"];
/// Label and hint of the text field.
pub const WRITE: Words = words!["Write a message", "Kirjoita viesti", "Írjon üzenetet"];
/// Label of the button that sends.
pub const SEND: Words = words!["Send", "Lähetä", "Küldés"];
/// Label of the group of replies.
pub const REPLIES: Words = words!["Answers to choose from", "Vastausvaihtoehdot", "Választható válaszok"];
/// Who speaks, for screen readers.
pub const YOU: Words = words!["You", "Sinä", "Ön"];
/// Link to the privacy notice.
pub const PRIVACY: Words = words!["Privacy notice", "Tietosuojaseloste", "Adatkezelési tájékoztató"];
/// The button that wipes everything.
pub const FORGET: Words = words!["Forget me", "Unohda minut", "Felejtsenek el"];
/// What is shown after it.
pub const FORGOTTEN: Words = words![
    "Everything that this page remembered of you has been deleted.",
    "Kaikki, mitä sivu muisti sinusta, on poistettu.",
    "Mindent töröltünk, amit ez az oldal Önről megjegyzett.",
];
/// Label of the field for a name.
pub const NAME: Words = words!["Name", "Nimi", "Név"];
/// Label of the field for an e-mail address.
pub const EMAIL: Words = words!["E-mail", "Sähköposti", "E-mail"];
/// Label of the field for a phone number.
pub const PHONE: Words = words!["Phone", "Puhelin", "Telefon"];
/// Label of the field for a company.
pub const COMPANY: Words = words!["Company", "Yritys", "Cég"];
