//! The address of a caller behind proxies: `X-Forwarded-For`, or `Forwarded` (RFC 7239).
//!
//! Each proxy adds the address of its client at the end, so the last entries are those of the proxies next to the service.
//! Only what a trusted proxy has written is read: the entries from the end, as long as they name trusted proxies, and the one
//! before them. A caller can send anything before its own entry.

use std::net::{IpAddr, Ipv6Addr};

use actix_web::HttpMessage;
use actix_web::dev::ServiceRequest;
use actix_web::http::header::{self, HeaderMap, HeaderName};
use ipnet::{IpNet, Ipv4Net};

/// The bits of an IPv6 network before the IPv4 address that is mapped to it.
const MAPPED: u8 = 96;

/// The proxies that are believed when they name their client; none by default.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies(Vec<IpNet>);

/// The address of the caller of a request.
#[derive(Debug, Clone, Copy)]
struct CallerAddress(IpAddr);

impl TrustedProxies {
    /// The proxies in these networks.
    #[must_use]
    pub fn new(networks: Vec<IpNet>) -> Self {
        Self(networks.into_iter().map(canonical).collect())
    }

    fn contain(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Determines the address of the caller of a request: the peer of the connection or, if that is a trusted proxy, the last
    /// forwarded address that is not a trusted proxy. A proxy that names no address, or an obfuscated one, stands for its
    /// client: obfuscated names may change with every request.
    pub fn identify(&self, request: &ServiceRequest) {
        let Some(peer) = request.peer_addr() else { return };
        let mut address = peer.ip().to_canonical();
        if self.contain(address) {
            let mut hops = hops(request.headers()).into_iter().rev();
            while self.contain(address) {
                let Some(Some(hop)) = hops.next() else { break };
                address = hop;
            }
        }
        request.extensions_mut().insert(CallerAddress(address));
    }
}

/// The address of the caller of a request, after [`TrustedProxies::identify`].
#[must_use]
pub fn caller_address(request: &ServiceRequest) -> Option<IpAddr> {
    request.extensions().get().map(|CallerAddress(address)| *address)
}

/// A network of mapped addresses as the network of IPv4 that it is.
fn canonical(network: IpNet) -> IpNet {
    let mapped = match network {
        IpNet::V6(network) => network.addr().to_ipv4_mapped().zip(network.prefix_len().checked_sub(MAPPED)),
        IpNet::V4(_) => None,
    };
    mapped.and_then(|(address, bits)| Ipv4Net::new(address, bits).ok()).map_or(network, IpNet::V4)
}

/// The forwarded addresses, the nearest proxy's last. If both headers are there, `X-Forwarded-For` counts: nearly all proxies
/// write it, and forward a `Forwarded` that a caller has invented.
fn hops(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let lines = |name: HeaderName| headers.get_all(name).map(|line| String::from_utf8_lossy(line.as_bytes()));
    if headers.contains_key(header::X_FORWARDED_FOR) {
        return lines(header::X_FORWARDED_FOR).flat_map(|line| listed(&line)).collect();
    }
    lines(header::FORWARDED).flat_map(|line| elements(&line)).collect()
}

/// The entries of a line of `X-Forwarded-For`.
fn listed(line: &str) -> Vec<Option<IpAddr>> {
    line.split(',').map(str::trim).filter(|entry| !entry.is_empty()).map(address).collect()
}

/// The elements of a line of `Forwarded`. From the first one that breaks the grammar on, the rest of the line is one element
/// without an address: what a caller left unfinished cannot swallow the entry of a proxy.
fn elements(line: &str) -> Vec<Option<IpAddr>> {
    let (mut found, mut rest) = (Vec::new(), after_empty_elements(line));
    while !rest.is_empty() {
        let (address, after) = element(rest).unwrap_or_default();
        found.push(address);
        rest = after_empty_elements(after);
    }
    found
}

/// What follows the commas and spaces at the beginning of a text: a list may have empty elements.
fn after_empty_elements(text: &str) -> &str {
    text.trim_start_matches([',', ' ', '\t'])
}

/// The address in the first element of a text, and what follows it; nothing if it breaks the grammar.
fn element(text: &str) -> Option<(Option<IpAddr>, &str)> {
    let (mut node, mut rest) = (None, text);
    while !(rest.is_empty() || rest.starts_with(',')) {
        if let Some(after) = rest.strip_prefix(';') {
            rest = after.trim_start();
            continue;
        }
        let (name, after) = rest.split_at(rest.find(|letter| !is_of_token(letter))?);
        let (value, after) = value(after.strip_prefix('=')?)?;
        if name.eq_ignore_ascii_case("for") {
            node = address(&value);
        }
        rest = after.trim_start();
        if !(rest.is_empty() || rest.starts_with([',', ';'])) {
            return None;
        }
    }
    Some((node, rest))
}

/// A token or a quoted string at the beginning of a text, and what follows it. Proxies also write addresses with ports, and in
/// brackets, without quotes.
fn value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(|letter| !is_of_token(letter) && !":[]".contains(letter)).unwrap_or(text.len());
        let (value, rest) = text.split_at(end);
        return (!value.is_empty()).then(|| (value.to_owned(), rest));
    };
    let (mut value, mut letters) = (String::new(), quoted.chars());
    loop {
        match letters.next()? {
            '"' => return Some((value, letters.as_str())),
            '\\' => value.push(letters.next()?),
            letter => value.push(letter),
        }
    }
}

/// Whether a token may contain the letter (RFC 9110, section 5.6.2).
fn is_of_token(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(letter)
}

/// The address of a node, which may have a port: `203.0.113.9:51234`, `[2001:db8::1]:443`. Some proxies write an IPv6 address
/// without brackets.
fn address(node: &str) -> Option<IpAddr> {
    let (host, port) = match node.strip_prefix('[') {
        Some(rest) => rest.split_once(']').filter(|(host, _)| host.parse::<Ipv6Addr>().is_ok())?,
        None if node.matches(':').count() == 1 => node.split_at(node.find(':')?),
        None => (node, ""),
    };
    let is_port = |port: &str| port.parse::<u16>().is_ok() || port.starts_with('_');
    if !port.is_empty() && !port.strip_prefix(':').is_some_and(is_port) {
        return None;
    }
    host.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::{address, canonical, elements, listed};

    /// The addresses as text, `-` where there is none.
    fn told(hops: Vec<Option<std::net::IpAddr>>) -> String {
        let told = hops.into_iter().map(|hop| hop.map_or_else(|| "-".to_owned(), |hop| hop.to_string()));
        told.collect::<Vec<_>>().join(" ")
    }

    #[rstest]
    #[case("203.0.113.9", "203.0.113.9")]
    #[case("203.0.113.9:51234", "203.0.113.9")]
    #[case("203.0.113.9:_secret", "203.0.113.9")]
    #[case("[2001:db8::1]:443", "2001:db8::1")]
    #[case("[2001:db8::1]", "2001:db8::1")]
    #[case("2001:db8::1", "2001:db8::1")]
    #[case("::ffff:203.0.113.9", "203.0.113.9")]
    #[case("[::ffff:203.0.113.9]:80", "203.0.113.9")]
    #[case("unknown", "-")]
    #[case("_x", "-")]
    #[case("203.0.113.9:", "-")]
    #[case("203.0.113.9:port", "-")]
    #[case("203.0.113.9:99999", "-")]
    #[case("[203.0.113.9]", "-")]
    #[case("[2001:db8::1", "-")]
    #[case("[2001:db8::1]443", "-")]
    #[case("203.0.113.256", "-")]
    #[case("example.org", "-")]
    fn a_node_has_an_address_with_or_without_a_port(#[case] node: &str, #[case] expected: &str) {
        assert_eq!(told(vec![address(node)]), expected);
    }

    #[rstest]
    #[case("192.0.2.1, 198.51.100.9:80", "192.0.2.1 198.51.100.9")]
    #[case(" , 192.0.2.1 ,,", "192.0.2.1")]
    #[case("192.0.2.1 192.0.2.2, _x", "- -")]
    fn the_older_header_is_a_list(#[case] line: &str, #[case] expected: &str) {
        assert_eq!(told(listed(line)), expected);
    }

    #[rstest]
    #[case("for=192.0.2.1", "192.0.2.1")]
    #[case("For=\"192.0.2.1:4711\"", "192.0.2.1")]
    #[case("for=192.0.2.1:4711", "192.0.2.1")]
    #[case("for=\"[2001:db8::1]:443\"", "2001:db8::1")]
    #[case("for=[2001:db8::1]", "2001:db8::1")]
    #[case("proto=https; for=192.0.2.1;by=\"_a,b;c\" , FOR=\"198.51.100.9\"", "192.0.2.1 198.51.100.9")]
    #[case("for=\"192\\.0.2.1\"", "192.0.2.1")]
    #[case("for=unknown, for=_x, by=192.0.2.1", "- - -")]
    #[case(", ,for=192.0.2.1,", "192.0.2.1")]
    #[case("for=198.51.100.9, for=\"x, for=192.0.2.1", "198.51.100.9 -")]
    #[case("for=198.51.100.9, a=\", for=\"[2001:db8::1]:443\"", "198.51.100.9 -")]
    #[case("for=198.51.100.9, nonsense, for=192.0.2.1", "198.51.100.9 -")]
    #[case("for=\"198.51.100.9\"x, for=192.0.2.1", "-")]
    #[case("for=, for=192.0.2.1", "-")]
    fn the_header_of_the_standard_has_elements(#[case] line: &str, #[case] expected: &str) {
        assert_eq!(told(elements(line)), expected);
    }

    #[rstest]
    #[case("::ffff:10.0.0.0/104", "10.0.0.0/8")]
    #[case("::ffff:10.0.0.1/128", "10.0.0.1/32")]
    #[case("2001:db8::/32", "2001:db8::/32")]
    #[case("10.0.0.0/8", "10.0.0.0/8")]
    fn a_mapped_network_is_one_of_ipv4(#[case] network: &str, #[case] expected: &str) {
        assert_eq!(canonical(network.parse().unwrap()).to_string(), expected);
    }
}
