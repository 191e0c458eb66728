//! From where a request comes, as far as the proxies before us can be believed.

use std::net::{IpAddr, Ipv6Addr};

use actix_web::{HttpRequest, web};
use ipnet::IpNet;
use lingxi_kernel::{Error, Result};

/// The networks of our own proxies: what those say of their client is believed. Cheap to clone.
#[derive(Debug, Clone)]
pub struct TrustedProxies(std::sync::Arc<[IpNet]>);

impl TrustedProxies {
    /// From networks such as `10.0.0.0/8`, or single addresses.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Invalid`] with the text that is no network.
    pub fn new(networks: &[String]) -> Result<Self> {
        let parse = |text: &String| {
            let network = text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
            network.map_err(|_| {
                Error::invalid(format!("`{text}` of http.trusted_proxies is no network; it looks like 10.0.0.0/8."))
            })
        };
        Ok(Self(networks.iter().map(parse).collect::<Result<_>>()?))
    }

    fn has(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// The client of a peer and of the addresses that the proxies on the way have noted, the nearest one last.
    fn client(&self, peer: IpAddr, noted: &[IpAddr]) -> IpAddr {
        let mut client = peer;
        for address in noted.iter().rev() {
            if !self.has(client) {
                break;
            }
            client = *address;
        }
        client
    }
}

/// The network address that a request comes from, or nothing when there is none: the peer's, or what our own proxies say in
/// `X-Forwarded-For`. A household has a whole network of IPv6 addresses, so of those it is the first half (`2001:db8::`).
pub fn origin(request: &HttpRequest) -> String {
    let Some(peer) = request.peer_addr().map(|peer| plain(peer.ip())) else { return String::new() };
    let Some(trusted) = request.app_data::<web::Data<TrustedProxies>>() else { return shown(peer) };
    let headers = request.headers().get_all("x-forwarded-for").filter_map(|value| value.to_str().ok());
    let noted: Vec<IpAddr> = headers
        .flat_map(|value| value.split(','))
        // Whatever stands before something that is no address cannot be believed either.
        .map(|text| text.trim().parse().map(plain))
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .map_while(std::result::Result::ok)
        .collect();
    let noted: Vec<IpAddr> = noted.into_iter().rev().collect();
    shown(trusted.client(peer, &noted))
}

fn plain(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(six) => six.to_ipv4_mapped().map_or(address, IpAddr::V4),
        IpAddr::V4(_) => address,
    }
}

fn shown(address: IpAddr) -> String {
    match address {
        IpAddr::V6(six) if !six.is_loopback() => Ipv6Addr::from_bits(six.to_bits() >> 64 << 64).to_string(),
        _ => address.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn of(peer: &str, forwarded: &str) -> String {
        let trusted = TrustedProxies::new(&["127.0.0.0/8".into(), "10.0.0.0/8".into()]).unwrap();
        let request = TestRequest::default()
            .app_data(web::Data::new(trusted))
            .peer_addr(format!("{peer}:4711").parse().unwrap())
            .insert_header(("x-forwarded-for", forwarded));
        origin(&request.to_http_request())
    }

    #[test]
    fn only_our_own_proxies_are_believed() {
        assert_eq!(of("203.0.113.9", "1.2.3.4"), "203.0.113.9", "a client says what it likes");
        assert_eq!(of("127.0.0.1", "198.51.100.7"), "198.51.100.7");
        assert_eq!(of("10.1.1.1", "1.2.3.4, 198.51.100.7, 10.2.2.2"), "198.51.100.7", "the last that is not ours");
        assert_eq!(of("127.0.0.1", "1.2.3.4, nonsense"), "127.0.0.1");
        assert_eq!(of("127.0.0.1", ""), "127.0.0.1");
    }

    #[test]
    fn addresses_of_one_household_are_one() {
        assert_eq!(of("[2001:db8:1:2:3:4:5:6]", ""), "2001:db8:1:2::");
        assert_eq!(of("[::ffff:203.0.113.9]", ""), "203.0.113.9");
    }

    #[test]
    fn a_network_that_is_none_is_named() {
        let refused = TrustedProxies::new(&["ten".into()]).unwrap_err();
        assert!(refused.message.contains("`ten`"), "{}", refused.message);
    }
}
