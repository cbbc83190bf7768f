import { afterAll, describe, expect, test } from "vitest";
import { Rig } from "../../lab/wfp/rig.ts";
import {
  accept,
  connect,
  core,
  defender,
  inContainer,
  isLoopback,
  type Neighbour,
  otherVpn,
  port,
  protocol,
  theirs,
  windefend,
} from "../../wfp/neighbours.ts";
import { condition, described, filtersOf, type Item, item, number, program, stateOf } from "../../wfp/netsh.ts";
import { luidOf, ours, stateWith, WindowsMachine } from "./windows-machine.ts";

const rig = new Rig();
afterAll(() => rig.dispose());
const machine = new WindowsMachine(rig, "company-split-dns");
const up = machine.listed("up");
const beside = (...neighbours: readonly Neighbour[]) => machine.audited(stateWith(up, ...neighbours));

const one = (more: Partial<Item>, weight = 0xffff): Neighbour => ({
  filters: [item({ name: "it", layer: `${connect}_V4`, sublayer: theirs, ...more })],
  sublayers: { [theirs]: weight },
});
const several = (...all: readonly Partial<Item>[]): Neighbour => ({
  filters: all.flatMap((more) => one(more).filters),
  sublayers: { [theirs]: 0xffff },
});
const hard = ["CLEAR_ACTION_RIGHT"];
const on = (alias: string, match?: string) => condition("IP_LOCAL_INTERFACE", number(64, luidOf(alias)), match);
const to = (address: string) => condition("IP_REMOTE_ADDRESS", number(32, address));

/** The way to the server once more, by somebody else. */
const likeOurs = (up.find((text) => /<uint16>51820</.test(text)) ?? "")
  .replace(/<filterKey>.*<\/filterKey>/, "<filterKey>{1}</filterKey>")
  .replace(/<providerKey>.*<\/providerKey>/, "<providerKey/>")
  .replace(ours, theirs)
  .replace("FLAG_PERSISTENT", "FLAG_CLEAR_ACTION_RIGHT");

describe("a neighbour that does no harm is not told", () => {
  test.each<readonly [string, readonly Neighbour[]]>([
    ["nobody", []],
    ["Windows as it comes", [defender]],
    ["another VPN that permits, before ours", [defender, otherVpn(0xffff)]],
    ["another VPN that permits for good, behind ours", [defender, otherVpn(7, { flags: hard })]],
    ["who permits for good what stays on the machine", [one({ flags: hard, conditions: [isLoopback()] })]],
    ["who permits for good what ours permit", [{ filters: [likeOurs], sublayers: { [theirs]: 0xffff } }]],
    [
      "who permits for good what he refuses before",
      [
        several(
          { flags: hard, weight: 3, conditions: [to("192.0.2.1")] },
          { name: "no", action: "BLOCK", weight: 4, conditions: [to("192.0.2.1")] },
        ),
      ],
    ],
    [
      "who refuses a program",
      [one({ action: "BLOCK", conditions: [condition("ALE_APP_ID", program("\\device\\harddiskvolume3\\x.exe"))] })],
    ],
    [
      "who refuses a person",
      [one({ action: "BLOCK", conditions: [condition("ALE_USER_ID", described("D:(A;;CC;;;S-1-5-21-1-2-3-1001)"))] })],
    ],
    ["who refuses containers", [one({ action: "BLOCK", conditions: [inContainer] })]],
    [
      "who refuses what ours refuse",
      [one({ action: "BLOCK", conditions: [on("AnonVPN", "NOT_EQUAL"), protocol(6), port("REMOTE", 443)] })],
    ],
    ["who refuses behind a permit of his own", [several({ action: "BLOCK", weight: 1 }, { weight: 2 })]],
    ["who permits for good before the engine starts, behind ours", [one({ flags: [...hard, "BOOTTIME"] }, 7)]],
    [
      "who permits for good at the boot what stays on the machine",
      [one({ flags: [...hard, "BOOTTIME"], conditions: [isLoopback()] })],
    ],
    ["who permits at the boot", [one({ flags: ["BOOTTIME"] })]],
    ["who permits frames", [one({ layer: "OUTBOUND_MAC_FRAME_ETHERNET", flags: hard })]],
    ["who looks at frames", [one({ layer: "INGRESS_VSWITCH_ETHERNET", action: "CALLOUT_INSPECTION", by: "{x}" })]],
    ["who is not in force", [one({ action: "BLOCK", flags: ["BOOTTIME"] }), one({ flags: [...hard, "DISABLED"] })]],
    ["who looks", [one({ action: "CALLOUT_INSPECTION", by: "{x}" })]],
    ["a callout of Windows", [one({ action: "CALLOUT_TERMINATING", by: "FWPM_CALLOUT_IPSEC_ALE_CONNECT_V4" })]],
    ["who refuses what was refused already", [one({ action: "BLOCK", layer: "OUTBOUND_TRANSPORT_V4_DISCARD" })]],
  ])("%s", (_, neighbours) => {
    expect(beside(...neighbours)).toEqual([]);
  });

  test("in every state that is in force", () => {
    for (const state of ["lockdown", "down"])
      expect(machine.audited(stateWith(machine.listed(state), defender))).toEqual([]);
  });
});

describe("who opens is told", () => {
  const opens =
    /^opens: permits for good before ours are asked by it in ALE_AUTH_CONNECT_V4 \(out on .*\) \[lockdown,down,up\]$/;
  test.each<readonly [string, Neighbour]>([
    ["everything", one({ flags: hard })],
    ["in a sublayer of our weight", one({ flags: hard }, 0xfffe)],
    ["a program of his own", { ...otherVpn(0xffff, { flags: hard, name: "it" }) }],
    ["one address", one({ flags: hard, conditions: [to("192.0.2.1")] })],
    ["whoever it is", one({ flags: hard, conditions: [condition("ALE_USER_ID", described("D:(A;;CC;;;WD)"))] })],
    [
      "on an interface that nobody knows",
      one({ flags: hard, conditions: [condition("IP_LOCAL_INTERFACE", number(64, 1n))] }),
    ],
    ["on a network of a kind", one({ flags: hard, conditions: [condition("CURRENT_PROFILE_ID", number(32, 1))] })],
    ["for containers", one({ flags: hard, conditions: [inContainer] })],
    [
      "before a block of his own",
      several({ flags: hard, weight: 3 }, { name: "no", action: "BLOCK", weight: 2, conditions: [to("192.0.2.1")] }),
    ],
  ])("%s", (_, neighbour) => {
    expect(beside(defender, neighbour)).toContainEqual(expect.stringMatching(opens));
  });

  test("who comes in, who is forwarded, and who is told of an error", () => {
    expect(beside(one({ flags: hard, layer: `${accept}_V6` }))).toEqual([
      expect.stringMatching(/^opens: .*\(in on .* to fd|^opens: .*\(in on /),
    ]);
    expect(beside(one({ flags: hard, layer: "IPFORWARD_V4" }))).toEqual([
      expect.stringMatching(/^opens: .*\(forward /),
    ]);
    expect(beside(one({ flags: hard, layer: "OUTBOUND_ICMP_ERROR_V4" }))).toEqual([
      expect.stringMatching(/^opens: .* icmp /),
    ]);
  });

  test.each<readonly [string, RegExp, Neighbour]>([
    ["at the boot alone", /ours are asked, before the engine starts by it/, one({ flags: [...hard, "BOOTTIME"] })],
    [
      "once what hides it is gone",
      /ours are asked, once the engine restarts by it/,
      several({ name: "no", action: "BLOCK", weight: 9 }, { flags: [...hard, "PERSISTENT"] }),
    ],
    [
      "always",
      /ours are asked by it/,
      several({ flags: hard, weight: 3 }, { name: "later", flags: [...hard, "PERSISTENT"], weight: 2 }),
    ],
    [
      "at the boot, by a callout",
      /^unclear: the callout abc may do anything by it/,
      one({ action: "CALLOUT_TERMINATING", by: "{abc}", flags: ["BOOTTIME"] }),
    ],
  ])("in some moment: %s", (_, wanted, neighbour) => {
    const [found = ""] = beside(defender, neighbour);
    expect(found).toMatch(wanted);
    expect(found).toMatch(/\(out on .*\) \[lockdown,down,up\]$/);
  });

  test("who refuses frames is named", () => {
    const layers = ["OUTBOUND_MAC_FRAME_ETHERNET", "EGRESS_VSWITCH_TRANSPORT_V4", "INBOUND_TRANSPORT_FAST"];
    const all = [...layers, "STREAM_PACKET_V4"].flatMap((layer): readonly Partial<Item>[] => [
      { layer, action: "BLOCK" },
      { layer, action: "CALLOUT_TERMINATING", by: "{abc}" },
    ]);
    expect(beside(defender, several(...all))).toEqual(
      all.map(({ layer }) => `unclear: what is refused of frames is not judged by it in ${layer} [lockdown,down,up]`),
    );
  });

  const callout = (more: Partial<Item>) => one({ action: "CALLOUT_TERMINATING", by: "{abc}", ...more }, 7);
  const redirected = [condition("ALE_APP_ID", program("\\device\\harddiskvolume3\\x.exe"))];
  test.each<readonly [string, string, Neighbour]>([
    ["in the sublayer of Windows' virus scanner", "abc", callout({ sublayer: windefend, flags: hard })],
    ["there, looking like its own", "abc", callout({ name: "it", sublayer: windefend, layer: "STREAM_V4" })],
    ["that calls itself one of Windows'", "fwpm_callout_made_up", callout({ by: "FWPM_CALLOUT_MADE_UP" })],
    ["of packets", "abc", callout({ layer: "OUTBOUND_IPPACKET_V4", conditions: [to("8.8.4.4")] })],
    ["of arriving packets", "abc", callout({ layer: "INBOUND_IPPACKET_V4", conditions: [to("8.8.4.4")] })],
    ["of streams", "abc", callout({ layer: "STREAM_V4", conditions: [to("8.8.4.4")] })],
    ["that sends a program elsewhere", "abc", callout({ layer: "ALE_CONNECT_REDIRECT_V4", conditions: redirected })],
  ])("a callout %s may do anything", (_, by, neighbour) => {
    expect(beside(defender, neighbour)).toEqual([
      expect.stringMatching(new RegExp(`^unclear: the callout ${by} may do anything by it in .*\\((out|in) on `)),
    ]);
  });

  test.each<readonly [string, Partial<Item>]>([
    ["what ours refuse", { conditions: [on("Ethernet"), protocol(6), to("8.8.4.4")] }],
    ["nothing, because it is disabled", { flags: ["DISABLED"] }],
  ])("a callout of packets that gets %s does no harm", (_, more) => {
    expect(beside(defender, callout({ layer: "OUTBOUND_IPPACKET_V4", ...more }))).toEqual([]);
  });

  test("where nobody says which sublayer comes first, a permit for good is enough", () => {
    const { filters } = otherVpn(7, { flags: hard });
    expect(machine.audited(filtersOf([...up, ...filters]))).toHaveLength(2);
    expect(machine.audited(filtersOf([...up, ...otherVpn(7).filters]))).toEqual([]);
  });

  test.each([
    [
      "a number of flags",
      /<flags.*<\/flags>/,
      "<flags>8</flags>",
      /^unclear: unknown action .* with the flags 8 by it/,
    ],
    ["a flag", /FLAG_CLEAR_ACTION_RIGHT/, "FLAG_OTHER", /^unclear: unknown action .* with the flags OTHER by it/],
    ["no flags", /<flags.*<\/flags>/, "", /^unclear: unknown action .* with no word of its flags by it/],
    ["a layer by its number", /FWPM_LAYER_\w+/, "{c38d57d1-05a7}", /^unclear: unknown layer .c38d57d1-05a7. by it/],
    ["no layer", /<layerKey>.*<\/layerKey>/, "", /^unclear: unknown layer by it/],
    ["words in CDATA", /FWPM_LAYER_\w+/, "<![CDATA[$&]]>", /^opens: /],
  ])("what is told in another way: %s", (_, from, to, wanted) => {
    const { filters, sublayers } = one({ flags: hard });
    const changed = filters.map((text) => text.replace(from, to));
    expect(changed).not.toEqual(filters);
    expect(beside({ filters: changed, sublayers })).toEqual([expect.stringMatching(wanted)]);
  });

  test("who comes before our sublayer, whose weight is another one than was asked for", () => {
    const { filters, sublayers } = one({ flags: hard }, 5000);
    expect(machine.audited(stateOf([...up, ...filters], { ...sublayers, [ours]: 100 }))).toEqual([
      expect.stringMatching(/^absent: our sublayer has the weight 100, not 65534/),
      expect.stringMatching(opens),
    ]);
    expect(machine.audited(stateOf(up, sublayers))).toEqual([
      "absent: the weight of our sublayer is not told [lockdown,down,up]",
    ]);
  });

  test("what is not understood may do so", () => {
    expect(beside(one({ flags: hard, conditions: [condition("PIPE", number(32, 1))] }))).toEqual([
      expect.stringMatching(/^unclear: PIPE EQUAL 1 by it .*\(out on .*\) \[lockdown,down,up\]$/),
    ]);
    const callout = beside(one({ action: "CALLOUT_TERMINATING", by: "{abc}" }));
    expect(callout).toEqual([expect.stringMatching(/^unclear: the callout abc may do anything by it .*\(out on /)]);
    expect(beside(one({ action: "SOMETHING" }))).toEqual([
      expect.stringMatching(/^unclear: unknown action FWP_ACTION_SOMETHING/),
    ]);
  });
});

describe("who breaks is told", () => {
  const blocks = (conditions: readonly string[], more: Partial<Item> = {}): Neighbour =>
    one({ action: "BLOCK", conditions, ...more }, 7);
  test.each<readonly [string, RegExp, Neighbour]>([
    [
      "the way to the server",
      /^breaks: refuses what goes to and from a server by it/,
      blocks([protocol(17), port("REMOTE", 51820)]),
    ],
    ["the server", /^breaks: refuses what goes to and from a server by it/, blocks([to("198.51.100.7")])],
    [
      "the tunnel",
      /^breaks: refuses what goes through a tunnel, to whomever by it/,
      blocks([on("AnonVPN"), protocol(6), port("REMOTE", 443)]),
    ],
    ["names", /^breaks: refuses what names are asked of a resolver by it/, blocks([protocol(17), port("REMOTE", 53)])],
    ["everything", /^breaks: refuses /, blocks([])],
    [
      "everything, where packets are looked at once more",
      /^breaks: refuses /,
      blocks([], { layer: "OUTBOUND_TRANSPORT_V4" }),
    ],
    [
      "everything, unless the network is of a kind",
      /^breaks: refuses /,
      blocks([condition("CURRENT_PROFILE_ID", number(32, 1), "NOT_EQUAL")]),
    ],
    ...["SY", "AU", "S-1-5-20", "S-1-5-21-1-2-3-513"].map((who): readonly [string, RegExp, Neighbour] => [
      `whom services may run as, ${who}`,
      /^breaks: refuses what goes to and from a server by it/,
      blocks([condition("ALE_USER_ID", described(`D:(A;;CC;;;${who})`))]),
    ]),
    ["what is not understood", /^unclear: PIPE EQUAL 1 by it/, blocks([condition("PIPE", number(32, 1))])],
    [
      "a callout behind ours",
      /^unclear: the callout abc may do anything/,
      one({ action: "CALLOUT_TERMINATING", by: "{abc}" }, 7),
    ],
    [
      "a callout that sends elsewhere",
      /^unclear: the callout abc may do anything/,
      one({ action: "CALLOUT_TERMINATING", by: "{abc}", layer: "ALE_CONNECT_REDIRECT_V4" }, 7),
    ],
  ])("%s", (_, wanted, neighbour) => {
    const found = beside(defender, neighbour);
    expect(found).toContainEqual(expect.stringMatching(wanted));
    expect(found.every((text) => / by it .*\((out|in) on /.test(text))).toBe(true);
  });

  test("a rule of Windows that is turned off", () => {
    const off = (name: RegExp): readonly string[] =>
      beside({ ...defender, filters: defender.filters.filter((text) => !name.test(text)) });
    expect(core.some((text) => /ICMPv6 136/.test(text))).toBe(true);
    expect(off(/Core Networking - ICMPv6 136/)).toEqual([
      expect.stringMatching(/^breaks: refuses the business of the link by Default Inbound in ALE_AUTH_RECV_ACCEPT_V6/),
    ]);
    expect(off(/Un-quarantine/)).toContainEqual(expect.stringMatching(/by Quarantine Default Inbound Block/));
  });
});

test("programs and services of other policies are known by what they are called on the machine", () => {
  for (const name of ["home-wireguard", "two-hops"]) {
    const other = new WindowsMachine(rig, name);
    expect(other.audited(stateWith(other.listed("up"), defender)), name).toEqual([]);
  }
});
