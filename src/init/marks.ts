import type { Configuration, Note } from "./configuration.ts";

/** Marks of ksp's own choice begin here. */
const firstMark = 0x6b73;

/** Every tunnel gets a mark or a user of its own; where the file gives none, a line for it is proposed. */
export function withMarks(configurations: readonly Configuration[], notes: Note[]): readonly Configuration[] {
  const taken = new Set(configurations.map(({ identity }) => (identity?.kind === "mark" ? identity.value : 0)));
  let next = firstMark;
  // Of two, the one that starts first gets it.
  const isSure = configurations.filter(({ identity }) => isByWgQuick(identity)).length === 1;
  return configurations.map((configuration) => {
    const { identity, file, protocol } = configuration;
    if (isByWgQuick(identity) && isSure)
      notes.push({
        kind: "decided",
        text: "the carrier is the mark 0xca6c: wg-quick sets it where a default route is carried and no `FwMark` stands",
      });
    if (identity && (isSure || !isByWgQuick(identity))) return configuration;
    while (taken.has(next)) next++;
    taken.add(next);
    const hex = `0x${next.toString(16)}`;
    const text =
      protocol === "wireguard"
        ? `add \`FwMark = ${hex}\` to \`[Interface]\`: nothing else tells these packets from others`
        : `add \`mark ${next}\` and \`disable-dco\`: nothing else tells these packets from others`;
    notes.push({ kind: "to do", text, at: { file, start: 0, end: 0 } });
    return { ...configuration, identity: { kind: "mark", value: next, by: "proposal" } };
  });
}

const isByWgQuick = (identity: Configuration["identity"]): boolean =>
  identity?.kind === "mark" && identity.by === "wg-quick";
