//! scrypt, in the forms of PHC (`$scrypt$ln=14,r=8,p=1$...`), of `crypt` (`$7$`), of Java's libraries (`$s0$`) and of
//! Django (`scrypt$16384$...`).

use scrypt::Params;
use subtle::ConstantTimeEq;

use crate::password::foreign::encoding;
use crate::password::foreign::error::ForeignHashError;
use crate::password::work::WorkKind;

const MAX_LOG_N: u32 = 17;
/// The most of `N * r * p`, which the time is in proportion to: that of `ln=17,r=8,p=1`. The memory is 128 MiB then.
const MAX_WORK: u64 = 1 << 20;
const MAX_R: u32 = 32;
const MAX_P: u32 = 16;
const MAX_SALT_BYTES: usize = 128;
const HASH_BYTES: std::ops::RangeInclusive<usize> = 16..=64;

/// Scrypt hash of another system.
#[derive(Debug)]
pub(in crate::password) struct ScryptHash {
    cost: Cost,
    salt: Vec<u8>,
    hash: Vec<u8>,
}

/// The parameters of a hash.
#[derive(Clone, Copy, Debug)]
struct Cost {
    log_n: u8,
    r: u32,
    p: u32,
}

/// Parses what follows the prefix of a form.
type Parse = fn(&str) -> Result<ScryptHash, ForeignHashError>;

const DAMAGED: ForeignHashError = ForeignHashError::Damaged("scrypt");

impl ScryptHash {
    /// Parses a hash; `None` if the text does not claim to be scrypt.
    pub(super) fn parse(text: &str) -> Option<Result<Self, ForeignHashError>> {
        let of_form: [(&str, Parse); 4] = [
            ("$scrypt$", Self::of_phc),
            ("$7$", Self::of_crypt),
            ("$s0$", Self::of_java),
            ("scrypt$", Self::of_django),
        ];
        of_form.iter().find_map(|(prefix, parse)| text.strip_prefix(prefix).map(parse))
    }

    fn of_phc(rest: &str) -> Result<Self, ForeignHashError> {
        let (parameters, rest) = rest.split_once('$').ok_or(DAMAGED)?;
        let (salt, hash) = rest.split_once('$').ok_or(DAMAGED)?;
        let (mut log_n, mut r, mut p) = (None, None, None);
        for parameter in parameters.split(',') {
            let (name, number) = parameter.split_once('=').ok_or(DAMAGED)?;
            let place = match name {
                "ln" => &mut log_n,
                "r" => &mut r,
                "p" => &mut p,
                _ => return Err(DAMAGED),
            };
            *place = Some(number.parse().map_err(|_| DAMAGED)?);
        }
        let cost = Cost::checked(log_n.ok_or(DAMAGED)?, r.ok_or(DAMAGED)?, p.ok_or(DAMAGED)?)?;
        Self::checked(cost, encoding::base64(salt), encoding::base64(hash))
    }

    fn of_crypt(rest: &str) -> Result<Self, ForeignHashError> {
        let number = |range: std::ops::Range<usize>| rest.get(range).and_then(encoding::crypt_number).ok_or(DAMAGED);
        let cost = Cost::checked(number(0..1)?, number(1..6)?, number(6..11)?)?;
        let (salt, hash) = rest.get(11..).and_then(|rest| rest.split_once('$')).ok_or(DAMAGED)?;
        Self::checked(cost, Some(salt.as_bytes().to_vec()), encoding::crypt(hash))
    }

    fn of_java(rest: &str) -> Result<Self, ForeignHashError> {
        let (parameters, rest) = rest.split_once('$').ok_or(DAMAGED)?;
        let (salt, hash) = rest.split_once('$').ok_or(DAMAGED)?;
        let parameters = u32::from_str_radix(parameters, 16).map_err(|_| DAMAGED)?;
        let cost = Cost::checked(parameters >> 16, parameters >> 8 & 0xff, parameters & 0xff)?;
        Self::checked(cost, encoding::base64(salt), encoding::base64(hash))
    }

    fn of_django(rest: &str) -> Result<Self, ForeignHashError> {
        let parts: Vec<&str> = rest.split('$').collect();
        let [n, salt, r, p, hash] = parts.as_slice() else { return Err(DAMAGED) };
        let n: u64 = n.parse().map_err(|_| DAMAGED)?;
        if !n.is_power_of_two() {
            return Err(DAMAGED);
        }
        let number = |text: &str| text.parse().map_err(|_| DAMAGED);
        let cost = Cost::checked(n.trailing_zeros(), number(r)?, number(p)?)?;
        Self::checked(cost, Some(salt.as_bytes().to_vec()), encoding::base64(hash))
    }

    fn checked(cost: Cost, salt: Option<Vec<u8>>, hash: Option<Vec<u8>>) -> Result<Self, ForeignHashError> {
        let salt = salt.filter(|salt| (1..=MAX_SALT_BYTES).contains(&salt.len())).ok_or(DAMAGED)?;
        let hash = hash.filter(|hash| HASH_BYTES.contains(&hash.len())).ok_or(DAMAGED)?;
        Ok(Self { cost, salt, hash })
    }

    pub(super) fn is_of(&self, password: &[u8]) -> bool {
        let mut computed = vec![0; self.hash.len()];
        self.cost.compute(password, &self.salt, &mut computed) && bool::from(computed.ct_eq(&self.hash))
    }

    pub(super) const fn work(&self) -> (WorkKind, u32) {
        let Cost { log_n, r, p } = self.cost;
        (WorkKind::Scrypt { log_n }, r.saturating_mul(p))
    }
}

impl Cost {
    fn checked(log_n: u32, r: u32, p: u32) -> Result<Self, ForeignHashError> {
        let costly =
            ForeignHashError::Costly("scrypt may have an ln of 17 with r 8 and p 1, or as much work otherwise");
        if log_n == 0 || r == 0 || p == 0 {
            return Err(DAMAGED);
        }
        if log_n > MAX_LOG_N || r > MAX_R || p > MAX_P || (u64::from(r) * u64::from(p)) << log_n > MAX_WORK {
            return Err(costly);
        }
        Ok(Self { log_n: u8::try_from(log_n).map_err(|_| costly)?, r, p })
    }

    fn compute(self, password: &[u8], salt: &[u8], into: &mut [u8]) -> bool {
        let parameters = Params::new(self.log_n, self.r, self.p);
        parameters.is_ok_and(|parameters| scrypt::scrypt(password, salt, &parameters, into).is_ok())
    }
}

/// Does this much work, which is `r * p`, with the memory of `log_n` and an `r` of 8, which nearly all have.
pub(super) fn run(log_n: u8, work: u32, password: &[u8]) {
    const R: u32 = 8;
    for cost in [Cost { log_n, r: R, p: work / R }, Cost { log_n, r: work % R, p: 1 }] {
        if cost.r > 0 && cost.p > 0 {
            std::hint::black_box(cost.compute(password, &[0; 16], &mut [0; 32]));
        }
    }
}
