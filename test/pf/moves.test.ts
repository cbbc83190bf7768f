import { spawnSync } from "node:child_process";
import { mkdtemp, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluate } from "../../src/ir/evaluate.ts";
import { describe as describePacket, type Packet } from "../../src/ir/packet.ts";
import { rulesetsOf } from "../../src/ir/plan.ts";
import { contains } from "../../src/net/address-set.ts";
import { constant } from "../../src/net/parse-net.ts";
import { home } from "../checks/helper.ts";
import { packetsOf } from "../emitters/packets.ts";
import { exampleOnMac, textOnMac } from "./policies.ts";

/** The commands below each heading of `moves.txt`. */
function blocksOf(text: string): ReadonlyMap<string, readonly string[]> {
  const blocks = text.split("\n\n").map((block) => block.split("\n").filter((line) => line !== ""));
  return new Map(blocks.map(([heading = "", ...commands]) => [heading, commands.map((command) => command.trim())]));
}

type Judged = ReturnType<typeof evaluate>;

/** Openings of flows that go on: let pass in one state with a memory, and refused in the other. */
const endsBetween = (before: Judged | undefined, after: Judged | undefined): boolean =>
  before?.verdict.kind === "accept" &&
  before.as === "opening" &&
  before.rule.replies &&
  after?.verdict.kind !== "accept";

/** The first packet of a flow of this machine, as like a packet as one can be. */
function asOpening(packet: Packet): readonly Packet[] {
  const { direction, family, outInterface, sourceLocality, destinationLocality } = packet;
  const own = direction === "out" ? sourceLocality : destinationLocality;
  if (direction === "forward" || family === "arp" || outInterface?.kind === "loopback") return [];
  if (own === "multicast" || own === "broadcast") return [];
  const locality =
    direction === "out" ? ({ sourceLocality: "local" } as const) : ({ destinationLocality: "local" } as const);
  return [{ ...packet, ...locality, connection: "new" }];
}

/** Whether `pfctl -i IF -k SOURCE -k TARGET` finds the state of a flow that this packet opened. */
function isKilled({ direction, family, ...packet }: Packet, command: string): boolean {
  if (command === "pfctl -F states") return true;
  const words = /^pfctl -i "?(\S+?)"? -k (\S+) -k (\S+)$/.exec(command);
  if (!words) return false;
  const [, on = "", ...prefixes] = words;
  const name = (direction === "in" ? packet.inInterface : packet.outInterface)?.name.replaceAll("-", "_") ?? "";
  if (on !== (name.startsWith("utun_") ? `$old_tun_${name.slice("utun_".length)}` : name)) return false;
  const [source, target] = prefixes.map((prefix) => constant(prefix));
  const ip = family === "ipv6" ? "ipv6" : "ipv4";
  return (
    source !== undefined &&
    target !== undefined &&
    contains(source, { family: ip, value: packet.source }) &&
    contains(target, { family: ip, value: packet.destination })
  );
}

/** Those with the most rules, and several hops, chains and lists. */
const tried = ["kitchen-sink", "two-hops", "work-and-private", "only-these-apps"].map(exampleOnMac);
/** A refusal that begins with a state, before what lets pass in both. */
const narrowed = textOnMac(
  "narrowed",
  home({ more: "allow out to 203.0.113.0/24 tcp 22\ndeny out to 203.0.113.128/25 while up" }),
);

describe.each([...tried, narrowed])("$name", ({ plan, files }) => {
  const blocks = blocksOf(files.get("pf/moves.txt") ?? "");
  const packets = fc.sample(packetsOf(plan), { seed: 4711, numRuns: 3_000 }).flatMap(asOpening);
  const judged = new Map(
    rulesetsOf(plan).map((ruleset) => [ruleset.state, packets.map((packet) => evaluate(ruleset, packet))]),
  );

  test("a move loads its state, and then kills what was open and is refused now", () => {
    let killed = 0;
    let moves = 0;
    for (const [heading, commands] of blocks) {
      const [, from = "", to = ""] = /^move (\S+) -> (\S+)$/.exec(heading) ?? [];
      const [before, after] = [judged.get(from), judged.get(to)];
      if (!before || !after) continue;
      moves++;
      const file = to.replaceAll(":", ".").replaceAll("+", "_");
      expect(commands[0], heading).toMatch(new RegExp(`^pfctl -n -o none .*-f ${file}\\.conf$`));
      expect(commands[1], heading).toMatch(new RegExp(`^pfctl -a com\\.apple/000\\.ksp -o none .*-f ${file}\\.conf$`));
      const kills = commands.slice(2);
      expect(kills.every((command) => /^pfctl (-F states|-i \S+ -k \S+ -k \S+)$/.test(command))).toBe(true);
      for (const [i, packet] of packets.entries()) {
        if (!endsBetween(before[i], after[i])) continue;
        killed++;
        if (!kills.some((command) => isKilled(packet, command))) expect.fail(`${heading}: ${describePacket(packet)}`);
      }
    }
    expect(moves).toBeGreaterThanOrEqual(plan.moves.length + 3);
    expect(killed).toBeGreaterThan(5);
  });

  test("the way to a server is not cut by a move that keeps it", () => {
    let kept = 0;
    for (const [heading, commands] of blocks) {
      const [, from = "", to = ""] = /^move (\S+) -> (\S+)$/.exec(heading) ?? [];
      const [before, after] = [judged.get(from), judged.get(to)];
      if (!before || !after) continue;
      const kills = commands.slice(2);
      for (const [i, packet] of packets.entries()) {
        if (before[i]?.rule.stage !== "endpoint" || after[i]?.rule.stage !== "endpoint") continue;
        kept++;
        const cut: string | undefined = kills.find((command) => isKilled(packet, command));
        if (cut !== undefined) expect.fail(`${heading}: ${cut}: ${describePacket(packet)}`);
      }
    }
    expect(kept).toBeGreaterThan(5);
  });
});

test("each token is kept for root alone, and given back by the last move", async () => {
  const folder = await mkdtemp(join(tmpdir(), "ksp-token-"));
  const kept = join(folder, "ksp.token");
  const run = (move: string, printed: string) => {
    const about = (blocksOf(narrowed.files.get("pf/moves.txt") ?? "").get(move) ?? []).filter((line) =>
      /token/.test(line),
    );
    const pfctl = `pfctl() { if [ "$1" = -E ]; then printf '%b' "$PRINTED" >&2; else echo "$@"; fi; }`;
    const script = [pfctl, ...about].join("\n").replaceAll("/var/run/ksp.token", kept);
    const { status, stdout } = spawnSync("sh", ["-ec", script], {
      encoding: "utf8",
      env: { ...process.env, PRINTED: printed },
    });
    return { status, stdout };
  };
  const on = "move disabled -> lockdown";
  expect(run(on, "pf enabled\\nToken : 9223372036854775809\\n")).toEqual({ status: 0, stdout: "" });
  expect(run(on, "pf already enabled\\nToken : 17\\n")).toEqual({ status: 0, stdout: "" });
  expect(run(on, "pfctl: /dev/pf: Permission denied\\n").status).not.toBe(0);
  expect((await stat(kept)).mode & 0o777).toBe(0o600);
  expect(run("move up -> disabled", "")).toEqual({ status: 0, stdout: "-X 9223372036854775809\n-X 17\n" });
  await expect(stat(kept)).rejects.toThrow("ENOENT");
});

test.each([
  ['scrub-anchor "com.apple/*" all fragment reassemble\nanchor "com.apple/*" all', ""],
  ['scrub-anchor "com.apple/*" all fragment reassemble\nanchor "other" all', "-f /etc/pf.conf"],
  ['anchor "com.apple/*" in all', "-f /etc/pf.conf"],
  ["", "-f /etc/pf.conf"],
])("macOS's own main rules are loaded where they lead to no rule of ours: %j", (main, loaded) => {
  const [line = ""] = blocksOf(narrowed.files.get("pf/moves.txt") ?? "").get("move disabled -> lockdown") ?? [];
  const pfctl = `pfctl() { if [ "$1" = -sr ]; then printf '%s\\n' "$MAIN"; else echo "$@"; fi; }`;
  const { stdout } = spawnSync("sh", ["-c", `${pfctl}\n${line}`], {
    encoding: "utf8",
    env: { ...process.env, MAIN: main },
  });
  expect(stdout.trim()).toBe(loaded);
});
