//! The log as JSON: one object a line. Values are escaped, so that nothing that a caller sends can end a line or forge a field.

use std::io::{self, Write};

use chrono::{SecondsFormat, Utc};
use log::Record;
use log::kv::{self, Key, VisitSource};
use serde_json::{Map, Value};

/// Writes a line.
pub(super) fn write(out: &mut impl Write, record: &Record<'_>) -> io::Result<()> {
    let mut line = Map::new();
    let mut add = |name: &str, value: String| line.insert(name.to_owned(), Value::String(value));
    add("timestamp", Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true));
    add("level", record.level().to_string());
    add("target", record.target().to_owned());
    add("message", record.args().to_string());
    record.key_values().visit(&mut Fields(&mut line)).map_err(io::Error::other)?;
    writeln!(out, "{}", Value::Object(line))
}

/// The fields of a line, to which those of a record are added.
struct Fields<'a>(&'a mut Map<String, Value>);

impl<'kvs> VisitSource<'kvs> for Fields<'_> {
    fn visit_pair(&mut self, name: Key<'kvs>, value: kv::Value<'kvs>) -> Result<(), kv::Error> {
        let number = value.to_u64().map(Value::from).or_else(|| value.to_i64().map(Value::from));
        let number = number.or_else(|| value.to_f64().map(Value::from));
        let value = number.or_else(|| value.to_bool().map(Value::from)).unwrap_or_else(|| value.to_string().into());
        self.0.entry(name.as_str()).or_insert(value);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use log::{Level, Record};
    use serde_json::{Value, json};

    use super::write;

    #[test]
    fn a_line_is_one_object_whatever_is_in_it() {
        let hostile = "x\"}\n{\"level\":\"ERROR\",\"message\":\"\u{1b}[31mforged\r\u{2028}";
        let fields: &[(&str, log::kv::Value<'_>)] = &[
            ("path", hostile.into()),
            ("status", 200_u16.into()),
            ("duration_ms", 1.5_f64.into()),
            ("below", (-1_i64).into()),
            ("is_new", true.into()),
            ("level", "forged".into()),
        ];
        let mut out = Vec::new();
        let message = format_args!("said {hostile}");
        let record = Record::builder().level(Level::Warn).target("t").key_values(&fields).args(message).build();
        write(&mut out, &record).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!((text.matches('\n').count(), text.ends_with("}\n")), (1, true), "{text}");
        assert!(!text.trim_end().contains(|letter: char| letter.is_control()), "{text}");
        let mut line = serde_json::from_str::<Value>(&text).unwrap();
        let timestamp = line.as_object_mut().unwrap().remove("timestamp").unwrap();
        assert!(chrono::DateTime::parse_from_rfc3339(timestamp.as_str().unwrap()).is_ok());
        assert!(timestamp.as_str().unwrap().ends_with('Z'));
        let expected = json!({
            "level": "WARN", "target": "t", "message": format!("said {hostile}"),
            "path": hostile, "status": 200, "duration_ms": 1.5, "below": -1, "is_new": true,
        });
        assert_eq!(line, expected);
    }
}
