import fc from "fast-check";
import { expect, test } from "vitest";
import { isError } from "../../src/diagnostics/diagnostic.ts";
import { renderText } from "../../src/diagnostics/render-text.ts";
import { report } from "../../src/diagnostics/report.ts";
import { check, format, type Initial, init, type Source } from "../../src/index.ts";
import { options } from "../../src/init/openvpn.ts";
import { commands, ignored, refused } from "../../src/init/openvpn-options.ts";
import { interfaceKeys, peerKeys } from "../../src/init/wireguard.ts";
import { said } from "./samples.ts";

const value = fc.oneof(
  fc.constantFrom("10.64.0.2/24", "fd64::2/64", "10.64.0.1", "fd64::1", "0.0.0.0/0", "::/0", "0.0.0.0/1", "10.0.0.0/8"),
  fc.constantFrom(
    "198.51.100.7:51820",
    "[2001:db8::7]:443",
    "vpn.example:1",
    "198.51.100.7",
    "vpn.example",
    "2001:db8::7",
  ),
  fc.constantFrom(
    "off",
    "auto",
    "0",
    "27507",
    "0x6b73",
    "443",
    "tun",
    "tun0",
    "udp",
    "tcp4-client",
    "nobody",
    "DNS",
    "ipv6",
  ),
  fc.string({ unit: "binary", maxLength: 8 }),
);
const values = fc.array(value, { maxLength: 4 }).map((all) => all.join(" "));
const upper = (key: string) => key.toUpperCase();
const wireguardLine = fc.oneof(
  fc.constantFrom("[Interface]", "[Peer]", "[peer] # x", ""),
  fc
    .tuple(fc.constantFrom(...Object.keys(interfaceKeys), ...Object.keys(peerKeys).map(upper)), values)
    .map((pair) => pair.join(" = ")),
);
const names = [
  ...Object.keys(options),
  ...Object.keys(options),
  ...ignored.slice(0, 9),
  ...commands,
  ...Object.keys(refused),
];
const openvpnLine = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(fc.constantFrom(...names), values).map((pair) => pair.join(" ")) },
  fc.constantFrom("<connection>", "</connection>", "<ca>", "</ca>", "client", "dev tun0", "remote 198.51.100.7", ""),
);
const wellFormed = fc
  .tuple(
    fc.constantFrom("10.64.0.2", "10.64.0.2/24, fd64::2", "fd64::2"),
    fc.constantFrom("", "DNS = 10.64.0.1", "DNS = fd64::1, 10.64.0.1", "DNS = 192.0.2.53", "DNS = 10.64.0.2"),
    fc.constantFrom("", "FwMark = 7", "FwMark = 0x6b700000", "Table = off"),
    fc.constantFrom(
      "0.0.0.0/0",
      "0.0.0.0/0, ::/0",
      "::/0",
      "10.64.0.0/10",
      "10.0.0.0/8, fd64::/16, ::/0",
      "0.0.0.0/1, 128.0.0.0/1",
      "",
    ),
    fc.constantFrom("198.51.100.7:51820", "[2001:db8::7]:51820", "vpn.example:51820"),
  )
  .map(
    ([address, dns, more, allowed, endpoint]) =>
      `[Interface]\nPrivateKey = k\nAddress = ${address}\n${dns}\n${more}\n[Peer]\nPublicKey = k\nAllowedIPs = ${allowed}\nEndpoint = ${endpoint}\n`,
  );
const lines = (line: fc.Arbitrary<string>, head: string) =>
  fc.array(line, { maxLength: 14 }).map((all) => `${head}${all.join("\n")}\n`);
const text = fc.oneof(
  { weight: 4, arbitrary: wellFormed },
  lines(wireguardLine, "[Interface]\n"),
  { weight: 3, arbitrary: lines(openvpnLine, "client\ndev tun0\nremote 198.51.100.7\n") },
  lines(fc.oneof(wireguardLine, openvpnLine), ""),
  fc.string({ unit: "binary", maxLength: 60 }),
);
const file = fc.oneof(
  fc.constantFrom(
    "wg0.conf",
    "home.ovpn",
    "-",
    "/etc/x/Ünï-1.conf",
    "down.conf",
    "HOP1.conf",
    "a b/many-words-in-one-name-of-a-file.conf",
  ),
  fc.string({ unit: "binary", maxLength: 12 }),
);
const sources: fc.Arbitrary<readonly Source[]> = fc.array(fc.record({ file, text }), { minLength: 1, maxLength: 3 });

const errors = (policy: string) => check({ file: "policy", text: policy }).diagnostics.filter(isError);

/** The three ends: imported, asked, refused; nothing between. */
function end(made: Initial): "imported" | "asked" | "refused" {
  if (made.text === undefined) {
    expect(made.diagnostics.some(isError)).toBe(true);
    return "refused";
  }
  expect(format({ file: "policy", text: made.text })).toEqual({ text: made.text, diagnostics: [] });
  expect(made.diagnostics.some(isError)).toBe(false);
  expect(errors(made.text).length > 0).toBe(made.diagnostics.length > 0);
  return made.diagnostics.length > 0 ? "asked" : "imported";
}

test("whatever is read: imported and compiling, asked and not compiling, or refused", () => {
  const ends = { imported: 0, asked: 0, refused: 0 };
  fc.assert(
    fc.property(sources, (all) => void ends[end(init(all))]++),
    { numRuns: 3000 },
  );
  for (const count of Object.values(ends)) expect(count).toBeGreaterThan(20);
});

const secret = "s3cr3t";
/** Where a secret may stand: behind every word but those whose value a policy repeats. */
const repeated = new Set(["endpoint", "remote", "user", "dev"]);
const hidden = (names: readonly string[]) =>
  fc.constantFrom(...names.filter((name) => !repeated.has(name.toLowerCase())));
const secretLine = (between: string, names: readonly string[]) =>
  fc.oneof(
    hidden(names).map((name) => `${name}${between}${secret}`),
    hidden(names).map((name) => `${name}${between}10.0.0.1 ${secret} "${secret}`),
    fc.constantFrom(
      `# ${secret}`,
      `; ${secret}`,
      secret,
      `${secret} = 1`,
      `[${secret}]`,
      `<${secret}>`,
      `</${secret}>`,
    ),
    fc.constantFrom(
      ...["ca", "key", "auth-user-pass", secret].map((tag) => `<${tag}>\n${secret}\nremote ${secret}\n</${tag}>`),
    ),
    fc.constantFrom("<key>", "<connection>", "</key>"),
  );
const withSecrets = fc.oneof(
  fc
    .tuple(
      wellFormed,
      fc.array(secretLine(" = ", [...Object.keys(interfaceKeys), ...Object.keys(peerKeys)]), {
        minLength: 1,
        maxLength: 5,
      }),
      fc.nat(12),
    )
    .map(([base, more, at]) =>
      base
        .split("\n")
        .toSpliced(at, 0, ...more)
        .join("\n"),
    ),
  fc
    .array(secretLine(" ", [...names, ...ignored]), { minLength: 1, maxLength: 8 })
    .map((more) => `client\ndev tun0\nremote 198.51.100.7\n${more.join("\n")}\n`),
);

test("no secret appears in anything that comes out", () => {
  fc.assert(
    fc.property(
      withSecrets.map((text) => `${text}\n# ${secret}`),
      fc.constantFrom("wg0.conf", "home.ovpn"),
      (text, file) => {
        const made = init([{ file, text }]);
        const shown = renderText(report(made.diagnostics, made.shown), { colour: false });
        expect(JSON.stringify(made) + said(made) + shown).not.toContain(secret);
        expect(made.shown.map((source) => source.text.length)).toEqual([text.length]);
      },
    ),
    { numRuns: 3000 },
  );
});
