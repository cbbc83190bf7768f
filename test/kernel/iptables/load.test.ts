import { describe, expect, test } from "vitest";
import { iptables } from "../../../src/emitters/iptables/emit.ts";
import { validateIptables } from "../../../src/proof/translation/iptables.ts";
import { restorable } from "../../../src/runtime/iptables/meaning.ts";
import { home } from "../../checks/helper.ts";
import { type Emitted, emitted, fileOf } from "../../emitters/policies.ts";
import { makeControlGroups } from "../../lab/control-groups.ts";
import type { Namespace } from "../../lab/namespace.ts";
import { mayBeSkipped } from "../../lab/requirements.ts";
import { openSandbox } from "../../lab/sandbox.ts";
import { sayable, switchTo, type Variant, variants, withFiles } from "./bundle.ts";

const prefixes = Array.from({ length: 30 }, (_, i) => [`198.18.${2 * i}.0/24`, `2001:db8:${10 + 2 * i}::/48`]).flat();
const more = `list office = ${prefixes.join(", ")}\nallow out to @office tcp 443`;
const long = emitted("long-list", home({ more }));
/** `KSP_IPTABLES_POLICIES=all` loads every policy with both. */
const { KSP_IPTABLES_POLICIES: which = "some" } = process.env;
const usual: Readonly<Record<Variant, RegExp>> = {
  "iptables-nft": /^(home|gateway|three|ipv6-only|ipsec|server|openvpn|work|obfs|travel|only|company)/,
  "iptables-legacy": /^(home|gateway|three|ipv6-only|only)/,
};
const policiesOf = (variant: Variant): readonly Emitted[] => [
  ...sayable.filter(({ name }) => which === "all" || usual[variant].test(name)),
  long,
];

/** Rules of other programs, some like ours. */
const foreign = `*mangle
:other - [0:0]
-A POSTROUTING -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu
COMMIT
*filter
:other-ksp_out - [0:0]
-A INPUT -p tcp -m tcp --dport 22 -j other-ksp_out
-A OUTPUT -p tcp -m tcp --dport 25 -j DROP
-A FORWARD -j other-ksp_out
COMMIT
*nat
-A POSTROUTING -o veth9 -j MASQUERADE
COMMIT
`;

const families = { v4: "iptables", v6: "ip6tables" } as const;
const programOf = (variant: Variant, family: keyof typeof families): string =>
  variant.replace("iptables", families[family]);

const list = async (host: Namespace, variant: Variant): Promise<Record<keyof typeof families, string>> => {
  const of = async (family: keyof typeof families) =>
    (await host.run([`${programOf(variant, family)}-save`])).replace(/^#.*\n/gm, "").replace(/\[\d+:\d+\]/g, "[0:0]");
  return { v4: await of("v4"), v6: await of("v6") };
};

describe.skipIf(mayBeSkipped()).each(variants)("%s", (variant) => {
  test.concurrent.each(policiesOf(variant))(
    "$name loads, and lists as what means the plan; and nothing is left of it",
    { timeout: 120_000 },
    async (policy: Emitted) => {
      const files = iptables.emit(policy.plan);
      const sandbox = await openSandbox(["host"]);
      const { host } = sandbox.namespaces;
      try {
        await makeControlGroups(host, fileOf(policy, "ruleset.nft"));
        await withFiles(files, variant, async ({ whole, change }) => {
          for (const family of ["v4", "v6"] as const)
            await host.run([`${programOf(variant, family)}-restore`], { input: foreign });
          const before = await list(host, variant);
          await host.run(whole("lockdown"));
          const locked = await list(host, variant);
          await host.run(whole("ruleset"));
          const loaded = await list(host, variant);
          const sets = files.has("iptables/sets.ipset")
            ? [["iptables/sets.ipset", await host.run(["ipset", "save"])] as const]
            : [];
          const held = new Map([
            ...files,
            ...(["v4", "v6"] as const).flatMap((family) => [
              [`iptables/lockdown.${family}`, ours(locked[family], before[family])] as const,
              [`iptables/ruleset.${family}`, ours(loaded[family], before[family])] as const,
            ]),
            ...sets,
          ]);
          expect(validateIptables(policy.plan, held)).toBeUndefined();

          const last = policy.plan.states.at(-1)?.state ?? "";
          await host.run(change(switchTo(last)));
          const open = await list(host, variant);
          for (const misspelt of ["switch/nowhere", "rulset"]) {
            expect(await host.exec(change(misspelt))).toMatchObject({
              status: 2,
              stderr: expect.stringContaining(misspelt),
            });
            expect(await list(host, variant)).toEqual(open);
          }
          await host.run(change("disable"));
          expect(await list(host, variant)).not.toEqual(open);
          await host.run(change(switchTo(last)));
          expect(await list(host, variant)).toEqual(open);
          await host.run(whole("ruleset"));
          await host.run(whole("ruleset"));
          expect(await list(host, variant)).toEqual(loaded);
          await host.run(whole("lockdown"));
          expect(await list(host, variant)).toEqual(locked);

          await host.run(whole("uninstall"));
          await host.run(whole("uninstall"));
          expect(await list(host, variant)).toEqual(before);
          expect(await host.run(["ipset", "list", "-n"])).toBe("");
        });
      } finally {
        await sandbox.close();
      }
    },
  );
});

/** What is there beyond what was there before, which must all be there still. */
function ours(listing: string, before: string): string {
  const left = before.split("\n").filter((line) => line.startsWith("-A "));
  for (const rule of left) expect(listing).toContain(`${rule}\n`);
  const lines = restorable(listing).split("\n");
  return lines.filter((line) => !left.includes(line) && !/^:other/.test(line)).join("\n");
}
