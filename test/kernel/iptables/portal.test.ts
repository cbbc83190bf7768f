import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { iptables } from "../../../src/emitters/iptables/emit.ts";
import { emitted } from "../../emitters/policies.ts";
import { withLab } from "../../lab/lab.ts";
import { host, internet } from "../../lab/line.ts";
import { mayBeSkipped } from "../../lab/requirements.ts";
import { changed } from "../spoilt.ts";
import { switchTo, variants, withFiles } from "./bundle.ts";

const example = readFileSync(new URL("../../../examples/travel-captive-portal.ksp", import.meta.url), "utf8");
const { plan } = emitted(
  "travel",
  changed(example, (text) => text.replace("portal for 5m", "portal for 2s")),
);
const files = iptables.emit(plan);

describe.skipIf(mayBeSkipped())("a portal", { timeout: 60_000 }, () => {
  test.each(variants)("%s: the kernel closes it in time, and another state at once", async (variant) => {
    await withFiles(files, variant, ({ whole, change }) =>
      withLab(async (lab) => {
        const go = (state: string) => lab.client.run(change(switchTo(state)));
        /** How many frames leave of those who log in, and of others. */
        const leaving = async (): Promise<readonly number[]> => {
          const found: number[] = [];
          for (const uid of [1001, 1000]) {
            const watching = await lab.listen("router", "lan0", `src ${host.ipv4} and tcp dst port 80`);
            const page = { by: host.interface, from: host.ipv4, to: internet.ipv4, tcp: [40_000 + uid, 80] } as const;
            await lab.send("client", { ...page, uid, times: 3 });
            found.push((await watching.stop()).length);
          }
          return found;
        };
        await lab.client.run(whole("ruleset"));
        expect(await leaving(), "before").toEqual([0, 0]);
        await go("portal");
        const opened = performance.now();
        expect(await leaving(), "open").toEqual([3, 0]);
        await pause(2_200 - (performance.now() - opened));
        expect(await leaving(), "after two seconds").toEqual([0, 0]);
        await go("portal");
        await go("down");
        expect(await leaving(), "down").toEqual([0, 0]);
        expect(await lab.client.run(["ipset", "save"]), "nothing is left open").not.toContain("timeout 2");
      }),
    );
  });
});
