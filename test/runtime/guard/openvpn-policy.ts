/** A policy for `eightServers`, with more lines in its watch. */
export const watchedOpenvpn = (more = ""): string => `ksp 1
policy guarded

tunnel vpn {
  protocol openvpn
  interface "ovpn-home"
  server 198.51.100.1-198.51.100.8 tcp 443
  carrier user 994
  address assigned
  carries everything
}

dns 10.8.0.1 through vpn
ipv6 block

watch vpn {
  interface
  route 0.0.0.0/0
${more}  heartbeat 10.8.0.1 every 200ms lost after 3
}
`;
