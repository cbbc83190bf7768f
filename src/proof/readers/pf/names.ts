/** Protocols that every system calls so; `icmp6` is not among them, it depends on /etc/protocols. */
export const protocols: ReadonlyMap<string, number> = new Map([
  ["icmp", 1],
  ["igmp", 2],
  ["tcp", 6],
  ["udp", 17],
  ["ipv6", 41],
  ["gre", 47],
  ["esp", 50],
  ["ah", 51],
  ["ipv6-icmp", 58],
  ["sctp", 132],
]);
export const tcp = 6;
export const udp = 17;
export const icmpOf = { 4: 1, 6: 58 } as const;

/** Types, and codes of them, by the names that pfctl prints. */
export const icmpTypes: Readonly<Record<4 | 6, ReadonlyMap<string, number>>> = {
  4: new Map([
    ["echorep", 0],
    ["unreach", 3],
    ["squench", 4],
    ["redir", 5],
    ["echoreq", 8],
    ["routeradv", 9],
    ["routersol", 10],
    ["timex", 11],
    ["paramprob", 12],
    ["timereq", 13],
    ["timerep", 14],
  ]),
  6: new Map([
    ["unreach", 1],
    ["toobig", 2],
    ["timex", 3],
    ["paramprob", 4],
    ["echoreq", 128],
    ["echorep", 129],
    ["groupqry", 130],
    ["listqry", 130],
    ["grouprep", 131],
    ["listenrep", 131],
    ["groupterm", 132],
    ["listendone", 132],
    ["routersol", 133],
    ["routeradv", 134],
    ["neighbrsol", 135],
    ["neighbradv", 136],
    ["redir", 137],
  ]),
};
export const icmpCodes: Readonly<Record<4 | 6, ReadonlyMap<string, number>>> = {
  4: new Map([
    ["3 net-unr", 0],
    ["3 host-unr", 1],
    ["3 proto-unr", 2],
    ["3 port-unr", 3],
    ["3 needfrag", 4],
    ["11 transit", 0],
    ["11 reassemb", 1],
  ]),
  6: new Map([
    ["1 port-unr", 4],
    ["137 redironlink", 0],
  ]),
};
/** What is no answer, but tells of another packet. */
export const icmpErrors: Readonly<Record<4 | 6, readonly number[]>> = { 4: [3, 4, 5, 11, 12], 6: [1, 2, 3, 4] };

/** Single ports are listed by the names of /etc/services: those that rules of ours, of macOS or of usual neighbours are about. */
export const usualServices: ReadonlyMap<string, number> = new Map([
  ["ftp", 21],
  ["ssh", 22],
  ["telnet", 23],
  ["smtp", 25],
  ["domain", 53],
  ["bootps", 67],
  ["bootpc", 68],
  ["tftp", 69],
  ["http", 80],
  ["kerberos", 88],
  ["pop3", 110],
  ["sunrpc", 111],
  ["ntp", 123],
  ["netbios-ns", 137],
  ["netbios-dgm", 138],
  ["netbios-ssn", 139],
  ["imap", 143],
  ["snmp", 161],
  ["ldap", 389],
  ["https", 443],
  ["microsoft-ds", 445],
  ["isakmp", 500],
  ["dhcpv6-client", 546],
  ["dhcpv6-server", 547],
  ["afpovertcp", 548],
  ["rtsp", 554],
  ["submission", 587],
  ["ipp", 631],
  ["ldaps", 636],
  ["domain-s", 853],
  ["imaps", 993],
  ["pop3s", 995],
  ["openvpn", 1194],
  ["pptp", 1723],
  ["ssdp", 1900],
  ["ipsec-msft", 4500],
  ["sip", 5060],
  ["mdns", 5353],
  ["llmnr", 5355],
  ["rfb", 5900],
  ["http-alt", 8080],
]);
