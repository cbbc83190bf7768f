import { describe, expect, test } from "vitest";
import { iptables } from "../../../src/emitters/iptables/emit.ts";
import { policyNamed } from "../../emitters/policies.ts";
import { tunnelAnswer } from "../../lab/lab.ts";
import { host, internet } from "../../lab/line.ts";
import { mayBeSkipped } from "../../lab/requirements.ts";
import { answers, asked, type Gateway, inClear, told, tries, withGateway } from "../gateway.ts";
import { changed } from "../spoilt.ts";
import { switchTo, type Variant, variants, withFiles } from "./bundle.ts";

const files = iptables.emit(policyNamed("gateway").plan);

const gatewayBy = (variant: Variant, body: (gateway: Gateway) => Promise<void>, of = files): Promise<void> =>
  withFiles(of, variant, ({ whole, change }) =>
    withGateway(
      {
        load: (lab) => lab.client.run(whole("ruleset")),
        go: (lab, state) => lab.client.run(change(switchTo(state))),
      },
      body,
    ),
  );

describe.skipIf(mayBeSkipped())("a gateway", { timeout: 120_000 }, () => {
  test.each(variants)(
    "%s: home reaches the internet, the port and the resolver by the tunnel alone",
    async (variant) => {
      await gatewayBy(variant, async ({ lab, vpn, go }) => {
        const watching = await lab.listen("router", "lan0", inClear);
        const nobody = asked.map(() => undefined);
        expect(await lab.ping(internet.ipv4, "home"), "down").toBe(false);
        expect(await told(lab, "server", "10.64.0.2"), "down").toBeUndefined();
        expect(await answers(lab), "down").toEqual(nobody);
        await go("up");
        expect(await lab.ping(internet.ipv4, "home")).toBe(true);
        expect(await lab.ping(internet.ipv6, "home")).toBe(true);
        expect(await told(lab, "server", "10.64.0.2")).toBe("home");
        expect(await told(lab, "router", host.ipv4), "from the LAN").toBeUndefined();
        expect(await answers(lab)).toEqual(asked.map(() => tunnelAnswer));
        await vpn.process().kill();
        await lab.send("home", ...tries);
        await go("down");
        await lab.send("home", ...tries);
        expect(await answers(lab), "down again").toEqual(nobody);
        expect(await watching.stop()).toEqual([]);
      });
    },
  );

  test("without the rule for what is translated later nothing is asked, so the trial sees it", async () => {
    const spoilt = new Map(
      [...files].map(([file, text]) => [
        file,
        file.startsWith("iptables/ruleset")
          ? changed(text, (rules) => rules.replace(/^-A ksp_out_wg0 .*--ctstate DNAT.*\n/gm, ""))
          : text,
      ]),
    );
    await gatewayBy(
      "iptables-nft",
      async ({ lab, go }) => {
        await go("up");
        expect(await lab.ask("home", asked[2][1])).toBe(tunnelAnswer);
        expect(await lab.ask("client", asked[5][1]), "asked with an address of the LAN").toBeUndefined();
      },
      spoilt,
    );
  });
});
