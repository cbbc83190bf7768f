import { afterAll, describe, expect, test } from "vitest";
import { Rig } from "../../lab/wfp/rig.ts";
import { connect, defender } from "../../wfp/neighbours.ts";
import { item } from "../../wfp/netsh.ts";
import { reportOf, stockMac } from "./pf-report.ts";
import { luidOf, ours, stateWith, WindowsMachine } from "./windows-machine.ts";

const rig = new Rig();
afterAll(() => rig.dispose());
const machine = new WindowsMachine(rig, "company-split-dns");
const up = machine.listed("up");

describe("ours are not there", () => {
  test.each<readonly [string, string, RegExp]>([
    ["not at all", stateWith([], defender), /^absent: no filter of ksp is there \[lockdown,down,up\]$/],
    ["one is gone", stateWith(up.slice(1)), /^absent: filters of state up are missing \(1\), the first in connect-v4/],
    [
      "the block of everything",
      stateWith(up.filter((text) => !/closed-out/.test(text))),
      /^absent: .* are missing.*\(out on .*\) \[up\]$/,
    ],
    ["of two states", stateWith([...up, ...machine.listed("down")]), /^absent: a filter in our name is of no state/],
    [
      "one more",
      stateWith([...up, item({ name: "x", layer: `${connect}_V4`, sublayer: ours, weight: 999 })]),
      /^absent: a filter in our name is of no state by x in/,
    ],
    [
      "no XML",
      stateWith(up).replace("</layers>", ""),
      /^absent: the listing is not understood: no XML: unexpected close tag/,
    ],
    [
      "a report of a Mac",
      reportOf(stockMac({ rules: "" })),
      /^absent: the listing is not understood: this looks like a report of pf: `--target pf`/,
    ],
    [
      "another file",
      "<a/>",
      /^absent: the listing is not understood: no filters, as `netsh wfp show state` tells them/,
    ],
  ])("%s", (_, text, wanted) => {
    expect(machine.audited(text)[0]).toMatch(wanted);
  });

  test("an interface that was not there", () => {
    expect(machine.audited(stateWith(machine.listed("up", { absent: "AnonVPN" })))).toEqual([
      expect.stringMatching(
        /^absent: AnonVPN was not there when state up was put in force: apply it once it is \(out on /,
      ),
    ]);
  });

  test.each<readonly [string, RegExp, string, RegExp]>([
    ["another action", /FWP_ACTION_BLOCK/, "FWP_ACTION_PERMIT", /it does something else/],
    ["another sublayer", /<subLayerKey>\{cb/, "<subLayerKey>{cc", /it stands in another sublayer/],
    ["no weight", /<effectiveWeight>[\s\S]*?<\/effectiveWeight>/, "", /its weight is not told/],
    ["another layer", /CONNECT_V4/, "CONNECT_V6", /it stands in another layer/],
    ["another weight", /(<effectiveWeight>[\s\S]*?<uint64>)/, "$19", /it has another weight/],
    [
      "for good",
      /<flags numItems="0">/,
      '<flags numItems="1"><item>FWPM_FILTER_FLAG_CLEAR_ACTION_RIGHT</item>',
      /it permits for good/,
    ],
    [
      "disabled",
      /<flags numItems="0">/,
      '<flags numItems="1"><item>FWPM_FILTER_FLAG_DISABLED</item>',
      /it is disabled/,
    ],
    ...["GAMEOS_ONLY", "HAS_PROVIDER_CONTEXT", "SYSTEMOS_ONLY", "SILENT_MODE"].map(
      (flag): readonly [string, RegExp, string, RegExp] => [
        `the flag ${flag}`,
        /(<item>FWPM_FILTER_FLAG_PERSISTENT<\/item>)/,
        `$1<item>FWPM_FILTER_FLAG_${flag}</item>`,
        new RegExp(`it has the flag ${flag}`),
      ],
    ),
    ["for another time", /<item>FWPM_FILTER_FLAG_PERSISTENT<\/item>/, "", /it lasts for another time/],
    [
      "without a condition",
      /<item><fieldKey>FWPM_CONDITION_IP_PROTOCOL.*?<\/conditionValue><\/item>/,
      "",
      /it is about other packets/,
    ],
    ["another protocol", /<uint8>17</, "<uint8>6<", /it is about other packets/],
    ["another port", /<uint16>51820</, "<uint16>51821<", /it is about other packets/],
    ["another address", /<addr>10\./, "<addr>11.", /it is about other packets/],
    ["a shorter prefix", /<mask>255\.255\.255\.255</, "<mask>255.255.255.0<", /it is about other packets/],
    ["another service", /;;;S-1-5-80-[0-9]/, ";;;S-1-5-80-", /it is about other packets/],
    [
      "another interface",
      new RegExp(`<uint64>${luidOf("AnonVPN")}<`),
      "<uint64>77<",
      /do not agree on the numbers of interfaces/,
    ],
  ])("a filter with our key and %s", (_, from, to_, wanted) => {
    const at = up.findIndex((text) => from.test(text));
    expect(at).toBeGreaterThanOrEqual(0);
    const changed = up.map((text, i) => (i === at ? text.replace(from, to_) : text));
    expect(machine.audited(stateWith(changed).replaceAll(/ numItems="\d+"/g, ""))[0]).toMatch(wanted);
  });

  test("filters of the boot, where they are listed", () => {
    const all = machine.listed("up", { withBoot: true });
    expect(all.length).toBeGreaterThan(up.length);
    expect(machine.audited(stateWith(all))).toEqual([]);
    const opened = all.map((text) =>
      text.includes("BOOTTIME") ? text.replace("ACTION_BLOCK", "ACTION_PERMIT") : text,
    );
    expect(machine.audited(stateWith(opened))[0]).toMatch(/^absent: .* it does something else by closed-/);
    const lasting = all.map((text) => text.replace("FLAG_BOOTTIME", "FLAG_PERSISTENT"));
    expect(machine.audited(stateWith(lasting))[0]).toMatch(/^absent: .* it lasts for another time/);
  });

  test("a provider that hangs on a service", () => {
    const named = (service: string) =>
      stateWith(up).replace(
        "<subLayers",
        `<providers numItems="1"><item><providerKey>{44d96528-c782-5948-a7f4-b8cf6cde24a5}</providerKey>${service}</item></providers><subLayers`,
      );
    expect(machine.audited(named("<serviceName/>"))).toEqual([]);
    expect(machine.audited(named("<serviceName>x</serviceName>"))).toEqual([
      "absent: they last only while the service x does [lockdown,down,up]",
    ]);
  });

  test("a listing that is not whole", () => {
    const whole = stateWith(up);
    const cut = up[3] ?? "";
    expect(machine.audited(whole.replace(cut, ""))).toEqual([
      expect.stringMatching(/^absent: the listing is not understood: filters says \d+ items, and has \d+ by /),
    ]);
    for (const [from, to] of [
      ['<layers numItems="1">', '<layers numItems="2">'],
      ['<subLayers numItems="1">', '<subLayers numItems="2">'],
      ['<flags numItems="0">', '<flags numItems="1">'],
      ['<filterCondition numItems="1">', '<filterCondition numItems="2">'],
    ] as const) {
      expect(whole).toContain(from);
      expect(machine.audited(whole.replace(from, to))[0], to).toMatch(/says \d items, and has \d by /);
    }
  });
});
