/** What a policy says of the laboratory's `homeWireguard`: it carries everything, names and IPv6 included. */
export const homeTunnel = `tunnel wg0 {
  protocol wireguard
  interface "wg0"
  server 198.51.100.7 udp 51820
  carrier mark 0x6b73/0xffff
  address 10.64.0.2/32, fd64::2/128
  carries everything and 10.64.0.0/10, fd64::/48
}

dns 10.64.0.1, fd64::1 through wg0
ipv6 tunnel
`;
