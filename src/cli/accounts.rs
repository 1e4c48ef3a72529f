//! Who may be an operator: accounts, invitations to make one, and who is logged in. Owns what is kept of passwords and secrets (never
//! themselves); must not know cookies or pages.

use std::path::Path;
use std::sync::OnceLock;

use anyhow::Result;
use argon2::password_hash::{PasswordHash, SaltString};
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use rusqlite::{OptionalExtension, params};

use crate::inbox::Refusal;
use crate::speech::Person;
use crate::store::{Store, hash, seconds, secret};

const TABLES: &str = "
    create table if not exists operator (id integer primary key, name text not null unique collate nocase, password text not null);
    create table if not exists session (hash text primary key, operator integer not null, expires_at integer not null);
    create table if not exists invitation (hash text primary key, is_first integer not null, expires_at integer not null);";

/// Seconds that somebody stays logged in.
pub const SESSION: i64 = 12 * 60 * 60;
/// Seconds that an invitation is good for.
const INVITATION: i64 = 24 * 60 * 60;
/// Fewest letters of a password.
const MIN_PASSWORD: usize = 10;
/// Most of anything that is typed: hashing takes longer with length.
const MAX_TYPED: usize = 200;
const MAX_NAME: usize = 60;

/// The operators.
pub struct Accounts(Store);

/// Somebody who is logged in.
#[derive(Clone, Debug)]
pub struct Session {
    /// Who it is.
    pub operator: Person,
    /// What is kept of the session's secret.
    pub hash: String,
    /// Until when, in seconds since 1970.
    pub expires_at: i64,
}

fn refuse<T>(status: u16, why: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal(status, why.into()))
}

impl Accounts {
    /// Opens the accounts in a file, which is made where missing.
    pub fn open(file: &Path) -> Result<Accounts> {
        Ok(Accounts(Store::open(file, TABLES)?))
    }

    /// Whether there is anybody.
    pub fn any(&self) -> Result<bool, Refusal> {
        Ok(self.0.lock().query_row("select exists (select 1 from operator)", [], |row| row.get(0))?)
    }

    /// A new token with which the first account is made, in place of any earlier one. `None` where there are accounts.
    pub fn first_token(&self) -> Result<Option<String>, Refusal> {
        if self.any()? {
            return Ok(None);
        }
        self.0.lock().execute("delete from invitation where is_first", [])?;
        // It is good while nobody has used it: each start of the program makes another.
        self.token(true, i64::MAX).map(Some)
    }

    /// A token with which one more account is made, once, and soon.
    pub fn invite(&self) -> Result<String, Refusal> {
        self.token(false, seconds() + INVITATION)
    }

    fn token(&self, is_first: bool, expires_at: i64) -> Result<String, Refusal> {
        let (database, token) = (self.0.lock(), secret());
        database.execute("delete from invitation where expires_at < ?", [seconds()])?;
        let sql = "insert into invitation (hash, is_first, expires_at) values (?, ?, ?)";
        database.execute(sql, params![hash(&token), is_first, expires_at])?;
        Ok(token)
    }

    /// Makes an account with a token, which is used up by that, and logs in. Takes long on purpose.
    pub fn sign_up(&self, token: &str, name: &str, password: &str) -> Result<(Person, String), Refusal> {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > MAX_NAME {
            return refuse(422, format!("a name has 1 to {MAX_NAME} characters: visitors see it"));
        }
        if !(MIN_PASSWORD..=MAX_TYPED).contains(&password.chars().count()) {
            return refuse(422, format!("a password has {MIN_PASSWORD} to {MAX_TYPED} characters"));
        }
        let no_token = "this link has been used, or is too old: ask for another";
        let sql = "select 1 from invitation where hash = ? and expires_at > ?";
        if !self.0.lock().prepare(sql)?.exists(params![hash(token), seconds()])? {
            return refuse(403, no_token);
        }
        let password = hashed(password)?;
        let mut database = self.0.lock();
        let transaction = database.transaction()?;
        if transaction.execute("delete from invitation where hash = ?", [hash(token)])? == 0 {
            return refuse(403, no_token);
        }
        let sql = "insert or ignore into operator (name, password) values (?, ?)";
        if transaction.execute(sql, [name, &password])? == 0 {
            return refuse(409, "there is an operator of this name: choose another one");
        }
        let operator = Person { id: transaction.last_insert_rowid(), name: name.to_owned() };
        transaction.commit()?;
        drop(database);
        let session = self.begin(&operator)?;
        Ok((operator, session))
    }

    /// Logs in: the secret of the session. Says no in the same words and time for a wrong name and a wrong password; takes long on purpose.
    pub fn log_in(&self, name: &str, password: &str) -> Result<(Person, String), Refusal> {
        let found =
            self.0.lock().query_row("select id, name, password from operator where name = ?", [name.trim()], |row| {
                Ok((Person { id: row.get(0)?, name: row.get(1)? }, row.get::<_, String>(2)?))
            });
        let found = found.optional()?;
        static NOBODYS: OnceLock<Result<String, Refusal>> = OnceLock::new();
        let nobodys = NOBODYS.get_or_init(|| hashed(&secret())).as_deref().unwrap_or_default();
        let kept = found.as_ref().map_or(nobodys, |(_, kept)| kept);
        let short = password.chars().count() <= MAX_TYPED;
        let is_right = short
            && PasswordHash::new(kept)
                .is_ok_and(|kept| Argon2::default().verify_password(password.as_bytes(), &kept).is_ok());
        match found.filter(|_| is_right) {
            Some((operator, _)) => {
                let session = self.begin(&operator)?;
                Ok((operator, session))
            }
            None => refuse(403, "the name or the password is wrong"),
        }
    }

    fn begin(&self, operator: &Person) -> Result<String, Refusal> {
        let (database, session, now) = (self.0.lock(), secret(), seconds());
        database.execute("delete from session where expires_at < ?", [now])?;
        let sql = "insert into session (hash, operator, expires_at) values (?, ?, ?)";
        database.execute(sql, params![hash(&session), operator.id, now + SESSION])?;
        Ok(session)
    }

    /// Who is logged in by this secret.
    pub fn session(&self, secret: &str) -> Result<Option<Session>, Refusal> {
        let sql = "select operator.id, name, hash, expires_at from session join operator on operator.id = operator
            where hash = ? and expires_at > ?";
        let read = |row: &rusqlite::Row| {
            let operator = Person { id: row.get(0)?, name: row.get(1)? };
            Ok(Session { operator, hash: row.get(2)?, expires_at: row.get(3)? })
        };
        Ok(self.0.lock().prepare_cached(sql)?.query_row(params![hash(secret), seconds()], read).optional()?)
    }

    /// Logs out.
    pub fn log_out(&self, session: &Session) -> Result<(), Refusal> {
        self.0.lock().execute("delete from session where hash = ?", [&session.hash])?;
        Ok(())
    }
}

/// What is kept of a password.
fn hashed(password: &str) -> Result<String, Refusal> {
    let failed = |error| Refusal(500, format!("the password cannot be hashed: {error}"));
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(|error| Refusal(500, format!("there is no randomness: {error}")))?;
    let salt = SaltString::encode_b64(&salt).map_err(failed)?;
    Ok(Argon2::default().hash_password(password.as_bytes(), &salt).map_err(failed)?.to_string())
}
