import { describe, expect, test } from "vitest";
import { Unreadable } from "../../src/proof/readers/pf/program.ts";
import { readMoves } from "../../src/proof/readers/pf/read-moves.ts";
import { validatePf } from "../../src/proof/translation/pf.ts";
import { home } from "../checks/helper.ts";
import { exampleOnMac, textOnMac } from "./policies.ts";

const { plan, files } = exampleOnMac("two-hops");
const moves = files.get("pf/moves.txt") ?? "";
const lines = moves.split("\n");
const withMoves = (text: string) => validatePf(plan, new Map([...files, ["pf/moves.txt", text]]));
const isStep = (line: string): boolean => line.startsWith("  ");
const isKill = (line: string): boolean => / -k /.test(line);

describe("a step of a move", () => {
  test("left out is noticed", () => {
    const kept = lines.flatMap((line, i) =>
      isStep(line) && !isKill(line) && !withMoves(lines.toSpliced(i, 1).join("\n")) ? [line] : [],
    );
    expect(kept).toEqual([]);
    const kills = [...new Set(lines.filter(isKill))];
    const needed = kills.filter(
      (kill) => withMoves(lines.toSpliced(lines.indexOf(kill), 1).join("\n"))?.kind === "move",
    );
    expect(needed.length).toBeGreaterThan(2);
    expect(needed).toEqual(kills);
  });

  test("before the one that it follows is noticed", () => {
    const kept = lines.flatMap((line, i) => {
      const next = lines[i + 1] ?? "";
      if (!isStep(line) || !isStep(next) || (isKill(line) && isKill(next))) return [];
      return withMoves(
        lines
          .with(i, next)
          .with(i + 1, line)
          .join("\n"),
      )
        ? []
        : [line];
    });
    expect(kept).toEqual([]);
  });

  test.each([
    ["an interface too few", / -D tun_exit="\$tun_exit"/],
    ["another anchor", /com\.apple\/000\.ksp/],
    ["a flow from one address alone", /(?<=-i "\$old_tun_exit" -k )0\.0\.0\.0\/0/],
    ["the other direction", /(?<=-k )(10\.64\.0\.2) -k (203\.0\.113\.9)/],
    ["another interface", /(?<=pfctl -i "\$old_tun_)entry/],
    ["a whole move", /^move hop1 -> down\n(?: {2}.*\n)+/m],
    ["every rule of everybody", /pfctl -F states/],
  ])("%s", (_, place) => {
    const by = new Map([
      ["com.apple/000.ksp", "com.apple"],
      ["0.0.0.0/0", "10.65.0.9"],
      ["entry", "exit"],
      ["pfctl -F states", "pfctl -F all"],
      ["10.64.0.2 -k 203.0.113.9", "203.0.113.9 -k 10.64.0.2"],
    ]);
    const changed = moves.replace(place, (found) => by.get(found) ?? "");
    expect(changed).not.toBe(moves);
    expect(withMoves(changed)).toBeDefined();
  });
});

describe("a way to a server that both states let pass", () => {
  const near = 'allow out to 198.51.100.0/24 tcp 22 while up reason "work"';
  const { plan, files } = textOnMac("near", home({ more: near }));
  const moves = files.get("pf/moves.txt") ?? "";
  const lines = moves.split("\n");
  const withLine = (i: number, line: string) =>
    validatePf(plan, new Map([...files, ["pf/moves.txt", lines.with(i, line).join("\n")]]));
  const onCard = lines.flatMap((line, i) => (/ -i en\d /.test(line) ? [i] : []));
  const lost = { kind: "move", difference: { says: "it is refused on the way, though both states let it pass" } };

  test("is spared where its address lies in what is killed", () => {
    const targets = onCard.map((i) => lines[i]?.split(" ").at(-1));
    expect(targets).toContain("198.51.100.6");
    expect(targets).toContain("198.51.100.8/29");
    expect(targets.some((target) => target === "198.51.100.7" || target === "198.51.100.0/24")).toBe(false);
  });

  test.each(["-k 0.0.0.0/0 -k 0.0.0.0/0", "-k 0.0.0.0/0 -k 198.51.100.7", "-k 0.0.0.0/0 -k 198.51.100.0/24"])(
    "and cut by %s, which is noticed",
    (pair) => {
      for (const i of onCard.slice(0, 2)) {
        const line = lines[i] ?? "";
        // Once as well as it, so that nothing is left.
        expect(withLine(i, `${line}\n${line.replace(/-k \S+ -k \S+$/, pair)}`), line).toMatchObject(lost);
      }
    },
  );

  test("and cut where all states are killed", () => {
    expect(withLine(onCard[0] ?? 0, "  pfctl -F states")).toMatchObject(lost);
  });
});

describe("a refusal that begins with a state ends what it has in common with what was let pass", () => {
  const links = 'link card {\n  interface "eth0"\n  role outside\n}';
  const onCard = (more: string) => {
    const { plan, files } = textOnMac("refusal", home({ links, more }));
    const [, move = ""] = /^move down -> up\n((?: {2}.*\n)+)/m.exec(files.get("pf/moves.txt") ?? "") ?? [];
    return { fault: validatePf(plan, files), pairs: move.match(/(?<=-i en\d -k ).*/g) ?? [] };
  };
  const net = "allow out to 198.18.0.0/16";
  const mail = "deny out tcp 25 while up";
  const torrents = "deny in tcp 51413 while up";

  test.each<readonly [string, string, readonly string[]]>([
    ["its addresses", `${net} tcp 25\n${mail}`, ["0.0.0.0/0 -k 198.18.0.0/16"]],
    [
      "addresses of both",
      `${net} tcp 25\ndeny out to 198.18.9.0/24, 192.0.2.1 while up`,
      ["0.0.0.0/0 -k 198.18.9.0/24"],
    ],
    ["a range of ports", `${net} tcp 20-30\n${mail}`, ["0.0.0.0/0 -k 198.18.0.0/16"]],
    ["what came in", `allow in tcp 51000-52000 on card\n${torrents}`, ["0.0.0.0/0 -k 0.0.0.0/0"]],
    ["no protocol", `allow in icmp echo-request on card\n${torrents}`, []],
    ["no port", `${net} tcp 22\n${mail}`, []],
    ["no address", `${net} tcp 25\ndeny out to 192.0.2.1 while up`, []],
    ["no family", `${net} tcp 25\ndeny out to 2001:db8:5::/64 while up`, []],
  ])("%s", (_, more, pairs) => {
    expect(onCard(more)).toEqual({ fault: undefined, pairs });
  });

  test("but the address of a server", () => {
    const { fault, pairs } = onCard(`allow out to 198.51.100.6-198.51.100.8 tcp 25\n${mail}`);
    expect({ fault, pairs }).toEqual({
      fault: undefined,
      pairs: ["0.0.0.0/0 -k 198.51.100.6", "0.0.0.0/0 -k 198.51.100.8"],
    });
  });
});

describe("beside the moves", () => {
  const changed = (file: string, text: string | undefined) => {
    const all = new Map(files);
    if (text === undefined) all.delete(file);
    else all.set(file, text);
    return validatePf(plan, all);
  };
  const down = files.get("pf/down.conf") ?? "";
  const [table] = [...files.keys()].filter((file) => file.startsWith("pf/tables/"));

  test.each([
    ["is not there", "pf/up.conf", undefined],
    ["nobody loads this file", "pf/upp.conf", down],
    ["something is left", "pf/disable.conf", "block drop quick all\n"],
    ["fragments are not put together", "pf/down.conf", down.replace(/^scrub.*\n/m, "")],
    ["nothing is in the table", table ?? "", undefined],
    ["is not there", "pf/moves.txt", undefined],
  ])("%s", (reason, file, text) => {
    const mismatch = changed(file, text);
    expect(mismatch).toMatchObject({ kind: "effect", reason: expect.stringContaining(reason) });
  });

  test("what boots names nobody who may not be there", () => {
    const boot = files.get("pf/lockdown.conf") ?? "";
    const named = boot.replace(/ user \d+/, " user _vpn");
    expect(named).not.toBe(boot);
    expect(changed("pf/lockdown.conf", named)).toMatchObject({
      kind: "unloadable",
      reason: expect.stringContaining("_vpn"),
    });
  });

  test("a table that boot brings is the one that the states behind it name", () => {
    const addresses = Array.from({ length: 12 }, (_, i) => `203.0.113.${2 * i + 1}`).join(", ");
    const { plan, files } = textOnMac("wide", home({ more: `allow out to ${addresses} tcp 443 reason "work"` }));
    const boot = files.get("pf/lockdown.conf") ?? "";
    const [, brought = ""] = /^table <(\S+)> \{/m.exec(boot) ?? [];
    const file = `pf/tables/${brought}.txt`;
    const filled = files.get(file) ?? "";
    expect(validatePf(plan, files)).toBeUndefined();
    expect(filled).toContain("203.0.113.23\n");
    const other = new Map([...files, [file, filled.replace("203.0.113.23\n", "")]]);
    expect(validatePf(plan, other)).toMatchObject({ reason: `the table ${brought} holds something else afterwards` });
  });

  test("a table that boot brings stays, though a state behind it does not ask it", () => {
    const addresses = Array.from({ length: 12 }, (_, i) => `203.0.113.${2 * i + 1}`).join(", ");
    const allow = `allow out to ${addresses} tcp 443 while lockdown or up reason "work"`;
    const { plan, files } = textOnMac("late", home({ more: allow }));
    const [, brought = ""] = /^table <(\S+)> \{ 203/m.exec(files.get("pf/lockdown.conf") ?? "") ?? [];
    const down = files.get("pf/down.conf") ?? "";
    const named = `table <${brought}> persist\n`;
    expect(down).toContain(named);
    expect(down.split(`<${brought}>`)).toHaveLength(2);
    expect(files.get("pf/up.conf")).toContain(named);
    expect(validatePf(plan, files)).toBeUndefined();
    const without = new Map([...files, ["pf/down.conf", down.replace(named, "")]]);
    expect(validatePf(plan, without)).toMatchObject({ reason: `the table ${brought} is gone behind it` });
  });

  test("more entries than pf takes", () => {
    const many = Array.from({ length: 200_001 }, (_, i) => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}\n`).join("");
    expect(changed(table ?? "", many)).toMatchObject({ reason: expect.stringContaining("more than pf takes") });
  });
});

test.each([
  ["a command that is not known", "  pfctl -d\n"],
  ["rules for everybody", "  pfctl -f /etc/pf.conf\n"],
  ["another anchor", "  pfctl -a com.apple -o none -f up.conf\n"],
  ["rules that may be optimized", "  pfctl -a com.apple/000.ksp -f up.conf\n"],
  ["a macro filled with another", '  pfctl -n -o none -D tun_a="$tun_b" -f up.conf\n'],
  ["a table filled from another", "  pfctl -a com.apple/000.ksp -t a -T replace -f tables/b.txt\n"],
  ["flows of two families", "  pfctl -i en0 -k 0.0.0.0/0 -k ::/0\n"],
  ["flows of an interface by its new name", '  pfctl -i "$tun_a" -k ::/0 -k ::/0\n'],
  ["a token that nobody keeps", "  pfctl -E\n"],
  ["a kill without an interface", "  pfctl -k 0.0.0.0/0 -k 0.0.0.0/0\n"],
  ["a kill by a label, which macOS does not know", "  pfctl -k label -k tunnel-vpn-933879\n"],
  ["a kill by an id", "  pfctl -k id -k 4823e84500000003\n"],
  ["a kill by a name, which is looked up", "  pfctl -i en0 -k 0.0.0.0/0 -k example.org\n"],
  ["a kill without an end", "  pfctl -i en0 -k 10.0.0.0/8\n"],
  ["two commands in a line", "  pfctl -F states; pfctl -d\n"],
])("%s is not read", (_, step) => {
  expect(() => readMoves(`move a -> b\n${step}`)).toThrow(Unreadable);
  expect(() => readMoves(step)).toThrow("of no move");
});
