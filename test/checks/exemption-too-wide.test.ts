import { test } from "vitest";
import { expectClean, expectFaults, home } from "./helper.ts";

/** The whole of a family cannot be accepted. */
const whole = /^traffic to (every address|`(0\.0\.0\.0|::)\/0`)$/;
const fault = (what: string, label: string, isAcceptable = !whole.test(what)) =>
  ({
    code: "KSP2034",
    message: `this exemption lets ${what} pass outside the tunnels`,
    label,
    help: isAcceptable
      ? 'name the networks that must stay reachable, send the traffic `through` a tunnel, or end the statement with `accept-risk KSP3001 reason "…"`'
      : "name the networks that must stay reachable, or send the traffic `through` a tunnel",
  }) as const;
const dual = { address: "  address 10.64.0.2/32, fd64::2/128", ipv6: "ipv6 tunnel" };

test("all of IPv4, or a good part of it", () => {
  expectFaults(
    home({ more: "allow out to ⟦0.0.0.0/0⟧ tcp 443" }),
    fault("traffic to `0.0.0.0/0`", "too wide for an exemption"),
  );
  expectFaults(
    home({ more: "allow out to ⟦198.0.0.0/16, 198.1.0.0/16⟧ tcp 443" }),
    fault("traffic to `198.0.0.0/15`", "too wide for an exemption"),
  );
});

test("a good part of it, in many pieces", () => {
  const pieces = (count: number): string =>
    Array.from({ length: count }, (_, i) => `${64 + (i >> 8)}.${i & 255}.0.0-${64 + (i >> 8)}.${i & 255}.255.254`).join(
      ", ",
    );
  expectFaults(
    home({ more: `list many = ${pieces(257)}\nallow out to ⟦@many⟧ tcp 443` }),
    fault("traffic to 16,842,495 public addresses", "too many for an exemption, in however many pieces"),
  );
  expectClean(home({ more: `list many = ${pieces(256)}\nallow out to @many tcp 443` }));
});

test("no destination", () => {
  const everywhere = fault("traffic to every address", "no `to`, so it reaches every address");
  expectFaults(home({ more: "⟦allow out tcp 443⟧" }), everywhere);
  expectFaults(home({ more: "⟦allow forward from 192.168.1.0/24 tcp 443⟧" }), everywhere);
});

test("an outside link, and less of it an inside one", () => {
  const links = 'link wan {\n  interface "eth0"\n  role outside\n}\nlink lan {\n  interface "br-lan"\n  role inside\n}';
  expectFaults(
    home({ links, more: "allow out to ⟦203.0.0.0/8⟧ tcp 443 on wan" }),
    fault("traffic to `203.0.0.0/8`", "too wide for an exemption"),
  );
  expectFaults(home({ links, more: "allow out to ⟦203.0.0.0/8⟧ tcp 443 on lan" }), {
    code: "KSP2095",
    message: "what goes to `lan` may go on to the internet",
    label: "public addresses",
    help: "name the networks behind the link, such as `to 172.16.0.0/12`",
  });
});

test("IPv6 that is wide, or stands for IPv4", () => {
  expectFaults(
    home({ ...dual, more: "allow out to ⟦2001:d00::/24⟧ tcp 443" }),
    fault("traffic to `2001:d00::/24`", "too wide for an exemption"),
  );
  expectFaults(
    home({ ...dual, more: "allow out to ⟦64:ff9b::c000:0201⟧ tcp 443" }),
    fault("traffic to NAT64 addresses", "stands for every IPv4 address"),
  );
  expectFaults(
    home({ ...dual, more: "allow out to ⟦2002:c000:201::/48⟧ tcp 443" }),
    fault("traffic to 6to4 addresses", "stands for every IPv4 address"),
  );
});

test("IPv6 inside IPv4", () => {
  expectFaults(
    home({ more: "allow out to ⟦192.0.2.7⟧ protocol 41" }),
    fault("IPv6 inside IPv4", "protocol 41 carries whole IPv6 packets to anywhere"),
  );
});

test("a company's network, private ranges, tunnels, inside links", () => {
  const links = 'link tailnet {\n  interface "tailscale0"\n  role inside\n}';
  expectClean(home({ more: "allow out to 203.0.0.0/16 tcp 443" }));
  expectClean(home({ ...dual, more: "allow out to 2001:db8::/32 tcp 443" }));
  expectClean(home({ more: "allow out to 10.0.0.0/8, 192.168.0.0/16" }));
  expectClean(home({ carries: "  carries 10.0.0.0/8", more: "allow out tcp 443 through wg0" }));
  expectClean(home({ links, more: "allow out to 100.64.0.0/10 on tailnet" }));
});

test("IPv6 that `ipv6 block` closes anyway", () => {
  expectClean(home({ more: "allow out to 203.0.113.0/24, 2000::/3 tcp 443" }));
});

test("a host whose bounds are wide", () => {
  expectFaults(
    home({ more: 'allow host "a.example" at 203.0.113.9 within ⟦203.0.0.0/12⟧ tcp 443' }),
    fault("traffic to `203.0.0.0/12`", "too wide for an exemption"),
  );
  expectClean(home({ more: 'allow host "a.example" at 203.0.113.9 within 203.0.113.0/24 tcp 443' }));
});

test("a forward around the tunnels", () => {
  const links = 'link wan {\n  interface "eth0"\n  role outside\n}\nlink lan {\n  interface "br-lan"\n  role inside\n}';
  expectFaults(
    home({ links, more: "forward from link lan to ⟦link wan⟧ masquerade" }),
    fault("traffic to every address", "no `to`, so it reaches every address", true),
  );
  expectClean(home({ links, more: "forward from link lan to link wan 203.0.113.0/24 masquerade" }));
  expectClean(home({ links, more: "forward from link lan to link wan masquerade accept-risk KSP3001" }));
});

test("a width that is accepted, but never all of a family", () => {
  expectClean(home({ more: "allow out to 203.0.0.0/8 tcp 443 accept-risk KSP3001" }));
  expectFaults(
    home({ more: "allow out to ⟦0.0.0.0/0⟧ tcp 443 accept-risk KSP3001" }),
    fault("traffic to `0.0.0.0/0`", "too wide for an exemption"),
  );
});
