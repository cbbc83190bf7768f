/** Options of openvpn(8) that say nothing about which packets leave where: keys, encryption, timing, logs, Windows. */
export const ignored: readonly string[] = `
  allow-compression allow-nonadmin allow-pull-fqdn allow-recursive-routing askpass auth auth-nocache auth-retry auth-token
  auth-token-user auth-user-pass bind bind-dev block-outside-dns ca capath cd cert chroot cipher comp-lzo comp-noadapt
  compat-mode compat-names compress connect-retry connect-retry-max connect-timeout crl-verify cryptoapicert daemon
  data-ciphers data-ciphers-fallback dev-node dh dhcp-release dhcp-renew disable-occ down-pre ecdh-curve echo
  engine errors-to-stderr explicit-exit-notify extra-certs fast-io force-tls-key-material-export fragment group
  hand-window http-proxy-option http-proxy-user-pass ifconfig-noexec ifconfig-nowarn ignore-unknown-option inactive
  ip-win32 iproute keepalive key key-direction key-method keying-material-exporter keysize link-mtu lladdr local log
  log-append lport machine-readable-output management-client-auth management-forget-disconnect management-log-cache
  management-up-down mlock mssfix mtu-disc mtu-test mute
  mute-replay-warnings ncp-ciphers ncp-disable nice no-iv no-name-remapping no-replay nobind ns-cert-type passtos
  pause-exit peer-fingerprint persist-key persist-local-ip persist-remote-ip persist-tun ping ping-exit ping-restart
  ping-timer-rem pkcs11-cert-private pkcs11-id pkcs11-id-management pkcs11-pin-cache pkcs11-private-mode
  pkcs11-protected-authentication pkcs11-providers pkcs12 providers pull-filter push-peer-info rcvbuf redirect-private
  register-dns remap-usr1 remote-cert-eku remote-cert-ku remote-cert-tls remote-random reneg-bytes reneg-pkts reneg-sec
  replay-persist replay-window resolv-retry route-delay route-gateway route-ipv6-gateway route-method route-metric
  route-noexec script-security secret server-poll-timeout service session-timeout setcon setenv setenv-safe shaper
  show-net-up single-session sndbuf socket-flags socks-proxy-retry static-challenge status status-version
  suppress-timestamps syslog tcp-nodelay tls-auth tls-cert-profile tls-cipher tls-ciphersuites tls-client tls-crypt
  tls-crypt-v2 tls-exit tls-export-cert tls-groups tls-timeout tls-verify tls-version-max tls-version-min tmp-dir topology
  tran-window tun-ipv6 tun-max-mtu tun-mtu tun-mtu-extra txqueuelen up-delay up-restart use-prediction-resistance verb
  verify-hash verify-x509-name win-sys windows-driver writepid x509-track x509-username-field
`
  .trim()
  .split(/\s+/);

/** Programs that OpenVPN starts. */
export const commands: readonly string[] = "down ipchange plugin route-pre-down route-up up".split(" ");

export interface Refusal {
  readonly label: string;
  readonly help: string;
}
const server: Refusal = {
  label: "a server's: it waits for others to call",
  help: "import the configuration of the machine that calls; ksp guards the side that is on the way out",
};
const proxy: Refusal = {
  label: "the packets go to the proxy, and who may use it this file does not say",
  help: "write the policy by hand: the proxy is the `server`, or a `helper` where it runs on this machine",
};
const asksManagement: Refusal = {
  label: "another program names the server while OpenVPN runs",
  help: "write the servers into the file as `remote` lines",
};

/** Options that a policy has no words for. */
export const refused: Readonly<Record<string, Refusal>> = {
  config: { label: "another file, which is not read", help: "put its lines in place of this one" },
  "client-nat": {
    label: "packets inside the tunnel get other addresses",
    help: "write the policy by hand, with the addresses that the packets have on the interface",
  },
  "http-proxy": proxy,
  "socks-proxy": proxy,
  "management-query-proxy": asksManagement,
  "management-query-remote": asksManagement,
  "remote-random-hostname": {
    label: "a new name at every start, whose addresses nobody can pin",
    help: "remove it, and name the servers that the tunnel really uses",
  },
  multihome: server,
  "port-share": server,
  push: server,
  server,
  "server-bridge": server,
  "server-ipv6": server,
  "tls-server": server,
};
