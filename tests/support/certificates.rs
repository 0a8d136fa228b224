//! Certificates of an authority of the tests.

use std::fs;
use std::path::Path;

use openssl::asn1::Asn1Time;
use openssl::bn::BigNum;
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::x509::extension::{BasicConstraints, SubjectAlternativeName};
use openssl::x509::{X509, X509NameBuilder};

/// A certificate and its key.
pub struct Certified {
    certificate: X509,
    key: PKey<Private>,
}

impl Certified {
    /// An authority that certifies itself.
    pub fn authority(name: &str) -> Self {
        Self::make(name, None, None, 30)
    }

    /// A certificate of this authority for a server or a client of this name, which ends in so many days. One of a negative
    /// number has expired.
    pub fn by(&self, name: &str, days: i64) -> Self {
        Self::make(name, Some(self), Some(name), days)
    }

    /// Writes both as files.
    pub fn write(&self, certificate: &Path, key: &Path) {
        fs::write(certificate, self.certificate.to_pem().unwrap()).unwrap();
        fs::write(key, self.key.private_key_to_pem_pkcs8().unwrap()).unwrap();
    }

    fn make(name: &str, issuer: Option<&Self>, host: Option<&str>, days: i64) -> Self {
        let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
        let mut subject = X509NameBuilder::new().unwrap();
        subject.append_entry_by_text("CN", name).unwrap();
        let subject = subject.build();
        let from_today = |days: i64| {
            let now = chrono::Utc::now() + chrono::TimeDelta::days(days);
            Asn1Time::from_unix(now.timestamp()).unwrap()
        };
        let mut builder = X509::builder().unwrap();
        builder.set_version(2).unwrap();
        builder.set_serial_number(&BigNum::from_u32(1).unwrap().to_asn1_integer().unwrap()).unwrap();
        builder.set_subject_name(&subject).unwrap();
        builder.set_issuer_name(issuer.map_or(&*subject, |issuer| issuer.certificate.subject_name())).unwrap();
        builder.set_pubkey(&key).unwrap();
        builder.set_not_before(&from_today(-30)).unwrap();
        builder.set_not_after(&from_today(days)).unwrap();
        if let Some(host) = host {
            let names = SubjectAlternativeName::new().dns(host).build(&builder.x509v3_context(None, None)).unwrap();
            builder.append_extension(names).unwrap();
        } else {
            builder.append_extension(BasicConstraints::new().critical().ca().build().unwrap()).unwrap();
        }
        builder.sign(issuer.map_or(&key, |issuer| &issuer.key), MessageDigest::sha256()).unwrap();
        Self { certificate: builder.build(), key }
    }
}
