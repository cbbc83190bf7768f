import type { Status } from "../runtime/status.ts";
import { table } from "./table.ts";

const since = (milliseconds: number): string => {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  return seconds < 120
    ? `${seconds} s`
    : seconds < 7_200
      ? `${Math.round(seconds / 60)} min`
      : `${Math.round(seconds / 3_600)} h`;
};

const modes: Readonly<Record<Status["mode"], string>> = {
  loading: "the rules are being loaded; nothing is open",
  guarding: "guarding",
  portal: "the portal is open, all tunnels are down",
  disabled: "DISABLED: everything passes",
  ended: "ending",
};

/** What a person reads of a status, the verdict first. */
export function statusText(status: Status, now: number): string {
  const { policy, mode, state, chains, paused, foreignRoutes, tampered, bypasses, disabledUntil, unconfirmedUntil } =
    status;
  const until =
    mode === "disabled"
      ? ` ${disabledUntil === undefined ? "until `ksp enable` or a boot" : `for ${since(disabledUntil - now)} more`}`
      : "";
  const rows = chains.flatMap(({ name, open, hops }) =>
    hops.flatMap(({ tunnel, probes, tries }) =>
      probes.map((probe) => [
        `${name}: ${open ? "open" : "closed"}`,
        tunnel + (tries === undefined ? "" : ` (${tries} tries)`),
        probe.name,
        probe.good ? "good" : "BAD",
        `${probe.why}, ${since(now - probe.since)}`,
      ]),
    ),
  );
  return [
    `policy ${policy}: ${modes[mode]}${until}; state ${state}\n\n`,
    table([["chain", "tunnel", "probe", "", "since"], ...rows]),
    ...(unconfirmedUntil !== undefined
      ? [`\nnot confirmed: the rules before come back in ${since(unconfirmedUntil - now)}, unless \`ksp confirm\`\n`]
      : []),
    ...(paused.length > 0 ? [`\npaused: ${paused.join(", ")}\n`] : []),
    ...foreignRoutes.map((route) => `\nforeign route: ${route}\n`),
    ...(tampered.count > 0
      ? [`\nour rules were changed by others ${tampered.count} times, last: ${tampered.last}\n`]
      : []),
    ...bypasses.map((how) => `\nPAST OUR RULES: ${how}\n`),
  ].join("");
}
