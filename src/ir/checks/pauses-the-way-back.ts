import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { controlGroup } from "../../net/control-group.ts";
import { canonicalJson } from "../canonical.ts";
import { placeOf } from "../origins.ts";
import type { App, Identity } from "../policy.ts";
import type { Check } from "./check.ts";
import { carriersOn, senderName, senders } from "./support/carriers.ts";

/** What is paused until the tunnel is back must not be what brings it back: nobody would ever let it run again. */
export const pausesTheWayBack: Check = ({ policy, origins }) =>
  policy.apps.flatMap((app) => {
    const { linux } = app.identity;
    if (app.onLoss !== "pause" || linux === undefined) return [];
    const sender = senders(policy).find((each) =>
      carriersOn(each, "linux").some((all) => all.some((one) => holds(linux, one)) && !isTold(app, all)),
    );
    const what = holdsGuard(linux) ? "ksp itself" : sender && `the carrier of ${senderName(sender)}`;
    if (what === undefined) return [];
    const at = placeOf(origins, app.id, "on-loss");
    return diagnostic(
      "KSP2097",
      { app: app.name, what },
      {
        at,
        label: "at each loss, and from the start",
        secondary: [{ span: placeOf(origins, app.id, "identity"), text: "every process of it" }],
        help: { text: "let it run: the rules hold all the same", edits: [{ span: at, text: "on loss keep" }] },
      },
    );
  });

/** The daemon and its helpers run as root, and systemd keeps them, as all services, in a slice of its own. */
const holdsGuard = (paused: Identity): boolean =>
  (paused.kind === "user" || paused.kind === "group"
    ? paused.id === 0
    : holds(paused, { kind: "slice", path: "system.slice/ksp.service" })) ||
  holds(paused, { kind: "slice", path: "init.scope" });

const holds = (paused: Identity, one: Identity): boolean =>
  paused.kind === "slice" && one.kind === "slice"
    ? `${controlGroup(one.path)}/`.startsWith(`${controlGroup(paused.path)}/`)
    : canonicalJson(one) === canonicalJson(paused);

/** The two are the same by every sign, which is said already. */
const isTold = ({ traffic, identity: { linux } }: App, all: readonly Identity[]): boolean =>
  traffic !== "outside" && all.every((one) => linux && canonicalJson(one) === canonicalJson(linux));
