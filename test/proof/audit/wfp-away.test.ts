import { afterAll, describe, expect, test } from "vitest";
import { Rig } from "../../lab/wfp/rig.ts";
import { condition, item, number } from "../../wfp/netsh.ts";
import { policyIn } from "../../wfp/policies.ts";
import { luidOf, stateWith, WindowsMachine } from "./windows-machine.ts";

const rig = new Rig();
afterAll(() => rig.dispose());

const laptop = (links: string, more = ""): WindowsMachine =>
  new WindowsMachine(
    rig,
    policyIn(
      "laptop",
      `ksp 1
policy laptop
${links}
tunnel vpn {
  protocol wireguard
  interface linux "wg0" windows "AnonVPN"
  server 198.51.100.7 udp 51820
  carrier linux mark 0x6b73/0xffff
  carrier windows service "WireGuardTunnel$vpn"
  address 10.64.0.2/32
  carries everything
}
dns 10.64.0.1 through vpn
ipv6 block
allow dhcp
watch vpn {
  interface
  heartbeat 10.64.0.1 every 1s lost after 3
}
${more}
`,
    ),
  );

const together = laptop(`link uplink {
  interface linux "eth0" windows "Wi-Fi" windows "Ethernet"
  role outside
}`);
const separate = laptop(
  `link home {
  interface linux "eth0" windows "Wi-Fi"
  role outside
}
link desk {
  interface linux "eth1" windows "Ethernet"
  role outside
}`,
  "allow out to 10.20.0.0/16 on desk",
);
const states = ["lockdown", "down", "up"];
const on = (alias: string): string => condition("IP_LOCAL_INTERFACE", number(64, luidOf(alias)));

describe("a card that is not there", () => {
  test.each([
    ["of one link", together],
    ["of two", separate],
  ])("%s", (_, machine) => {
    for (const state of states)
      for (const absent of ["Ethernet", "Wi-Fi"])
        expect(machine.audited(stateWith(machine.listed(state, { absent }))), `${state} ${absent}`).toEqual([]);
  });

  const up = together.listed("up", { absent: "Ethernet" });
  const wifi = `<uint64>${luidOf("Wi-Fi")}<`;
  test.each<readonly [string, (text: string, at: number) => string, RegExp]>([
    [
      "another number in one filter",
      (text, at) => (at === 0 ? text.replace(wifi, "<uint64>77<") : text),
      /do not agree/,
    ],
    ["the tunnel's number", (text) => text.replace(wifi, `<uint64>${luidOf("AnonVPN")}<`), /do not agree/],
    [
      "both in one filter",
      (text, at) => (at === 0 ? text.replace(on("Wi-Fi"), on("Wi-Fi") + on("Ethernet")) : text),
      /do not agree/,
    ],
    [
      "the same twice",
      (text, at) => (at === 0 ? text.replace(on("Wi-Fi"), on("Wi-Fi").repeat(2)) : text),
      /do not agree/,
    ],
    [
      "three",
      (text, at) => (at === 0 ? text.replace(on("Wi-Fi"), on("Wi-Fi") + on("Ethernet") + on("x")) : text),
      /about other packets/,
    ],
    ["none", (text, at) => (at === 0 ? text.replace(on("Wi-Fi"), "") : text), /about other packets/],
  ])("%s is told", (_, change, wanted) => {
    const of = up.filter((text) => text.includes(wifi));
    expect(of.length).toBeGreaterThan(1);
    const changed = up.map((text) => change(text, of.indexOf(text)));
    expect(changed).not.toEqual(up);
    expect(together.audited(stateWith(changed).replaceAll(/ numItems="\d+"/g, ""))[0]).toMatch(wanted);
  });

  test("of a foreign filter about a number of ours is known whose it is", () => {
    const [found] = together.audited(
      stateWith(up, {
        filters: [
          item({
            name: "it",
            layer: "ALE_AUTH_CONNECT_V4",
            sublayer: "{1}",
            action: "BLOCK",
            conditions: [on("Wi-Fi")],
          }),
        ],
        sublayers: { "{1}": 7 },
      }),
    );
    expect(found).toMatch(/^breaks: .* by it in .*\(out on (Wi-Fi|Ethernet) /);
  });
});

describe("a tunnel that is not there", () => {
  test("is wanted where it is open", () => {
    for (const state of ["lockdown", "down"])
      expect(together.audited(stateWith(together.listed(state, { absent: "AnonVPN" }))), state).toEqual([]);
    expect(together.audited(stateWith(together.listed("up", { absent: "AnonVPN" })))).toEqual([
      expect.stringMatching(/^absent: AnonVPN was not there when state up .*: apply it once it is \(out on AnonVPN /),
    ]);
  });

  test("once it appears may pass what passes anywhere, into the tunnel", () => {
    const anywhere = new WindowsMachine(rig, "windows-laptop");
    for (const state of ["lockdown", "down"]) {
      const text = stateWith(anywhere.listed(state, { absent: "AnonVPN" }));
      expect([anywhere.audited(text), anywhere.inForce(text)]).toEqual([[], state]);
    }
  });

  test("hides no state", () => {
    for (const state of ["lockdown", "down"])
      expect(together.inForce(stateWith(together.listed(state, { absent: "AnonVPN" })))).toBe(state);
    expect(together.inForce(stateWith(together.listed("up")))).toBe("up");
    expect(together.inForce(stateWith(together.listed("up", { absent: "AnonVPN" })))).toBeUndefined();
  });

  test("hides nothing else that is missing", () => {
    const down = together.listed("down", { absent: "AnonVPN" });
    for (const gone of [/<uint16>51820</, /closed-out/]) {
      expect(down.some((text) => gone.test(text))).toBe(true);
      const [found] = together.audited(stateWith(down.filter((text) => !gone.test(text))));
      expect(found).toMatch(/^absent: filters of state down are missing/);
    }
  });
});
